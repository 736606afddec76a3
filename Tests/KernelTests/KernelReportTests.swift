import Foundation
import Host
import TestSupport
import Testing

@testable import Kernel

@Suite("What is told of a kernel")
struct KernelReportTests {
  private func text(
    _ prepared: PreparedTree, lent: Result<LentHugePages, KernelError>? = nil
  ) -> [String] {
    KernelReport(prepared.tree, lent: lent).lines.map {
      "\($0.name): \($0.text)".replacingOccurrences(of: prepared.url.path, with: "")
    }
  }

  private func linux618() throws -> PreparedTree {
    let pool = "sys/kernel/mm/hugepages/hugepages-2048kB"
    let prepared = try PreparedTree([
      "proc/sys/kernel/osrelease": "6.18.44\n", "proc/sys/vm/hugetlb_optimize_vmemmap": "0\n",
      "proc/cmdline": "quiet\n", "boot/config-6.18.44": "CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP=y\n",
      "proc/meminfo": "DirectMap4k: 30720 kB\nDirectMap1G: 25165824 kB\n",
      "proc/vmstat": "nr_memmap_pages 4\nnr_memmap_boot_pages 98272\n",
      "\(pool)/nr_hugepages": "4\n", "\(pool)/free_hugepages": "3\n",
      "\(pool)/resv_hugepages": "0\n", "\(pool)/surplus_hugepages": "0\n",
    ])
    try prepared.write(.btf618, to: PreparedTree.btf)
    return prepared
  }

  private func lent(
    heads: [Int] = [0], saved: Int = 0, isOptimizing: Bool? = false
  ) -> LentHugePages {
    LentHugePages(
      wanted: 4, granted: 4, isOptimizing: isOptimizing, savedPages: .success(saved),
      subPages: .success(
        SubPages(count: 512, heads: heads, tails: 512 - heads.count, huge: 512)))
  }

  @Test("Everything that a kernel tells, a line each")
  func everything() throws {
    #expect(
      text(try linux618()) == [
        "kernel: 6.18.44",
        "struct page: 64 bytes",
        "tail's word: compound_head, the head's address plus 1, by BTF",
        "PG_head: bit 6 of flags",
        "HVO compiled in: yes: CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP=y in /boot/config-6.18.44",
        "HVO now: off for huge pages made from now on",
        "HVO at boot: not named on the command line",
        "huge pages: 2048 kB: 4, 3 free, 0 reserved, 0 surplus",
        "direct map: 30720 kB by 4k pages, 25165824 kB by 1G pages",
        "struct pages: 98276 base pages hold them",
        "sub-pages: not looked at; --allocate 1, as root, looks at a huge page's",
      ])
  }

  @Test("A kernel that tells nothing gets the same lines, each with the reason and what would help")
  func nothing() throws {
    let lines = text(try PreparedTree())
    #expect(lines.count == 11)
    for line in lines.dropLast() {
      #expect(line.contains(": not known: cannot read /") && line.contains("; "), "\(line)")
    }
    #expect(lines[1].contains("CONFIG_DEBUG_INFO_BTF"))
  }

  @Test("Without BTF the release tells the tail's word")
  func byRelease() throws {
    let prepared = try linux618()
    for (release, line) in [
      ("6.18.44", "tail's word: compound_head, the head's address plus 1, by the release"),
      ("7.1.2", "tail's word: compound_info, a mask, by the release"),
    ] {
      try prepared.write(Data("\(release)\n".utf8), to: "proc/sys/kernel/osrelease")
      try prepared.write(
        Data("CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP=y\n".utf8), to: "boot/config-\(release)")
      try? FileManager.default.removeItem(at: prepared.url.appending(path: PreparedTree.btf))
      #expect(text(prepared)[2] == line)
    }
  }

  @Test("compound_info holds a mask with HVO and a power of two only")
  func masks() throws {
    func word(bytes: Int, config: String?) throws -> String {
      var builder = BTFBuilder()
      let long = builder.integer("long", bytes: 8)
      builder.structure("page", bytes: bytes, ("compound_info", long, 64))
      builder.add(BTFBuilder.enumeration, "pageflags", word: 4)
      let prepared = try PreparedTree(["proc/sys/kernel/osrelease": "7.1\n"])
      try prepared.write(Data(builder.bytes), to: PreparedTree.btf)
      if let config { try prepared.write(Data(config.utf8), to: "boot/config-7.1") }
      return text(prepared)[2]
    }
    let on = "CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP=y"
    #expect(try word(bytes: 64, config: on) == "tail's word: compound_info, a mask, by BTF")
    for (bytes, config) in [(72, on), (64, "# nothing")] {
      #expect(
        try word(bytes: bytes, config: config)
          == "tail's word: compound_info, the head's address plus 1, by BTF")
    }
    #expect(
      try word(bytes: 64, config: nil)
        == "tail's word: compound_info, a mask if HVO is compiled in, by BTF")
  }

  @Test("Of lent pages it tells what was saved, and heads that are none")
  func lentPages() throws {
    let fake = lent(
      heads: [0, 64, 128, 192, 256, 320, 384, 448], saved: 28, isOptimizing: true)
    #expect(
      text(try linux618(), lent: .success(fake)).suffix(3) == [
        "allocated: 4 of 4 huge pages of 2048 kB with HVO on, and given back",
        "saved: 28 base pages of struct pages, 7 for each huge page",
        "sub-pages: /proc/kpageflags shows 8 heads and 504 tails of 512; "
          + "heads that are none: 64, 128, 192, 256, 320, 384, 448",
      ])
    #expect(
      text(try linux618(), lent: .success(lent())).suffix(3) == [
        "allocated: 4 of 4 huge pages of 2048 kB with HVO off, and given back",
        "saved: 0 base pages of struct pages, 0 for each huge page",
        "sub-pages: /proc/kpageflags shows 1 head and 511 tails of 512, which is right",
      ])
  }

  @Test("What could not be lent says why, and the rest is told")
  func notLent() throws {
    let error = KernelError.unwritable(
      path: "/pool", value: 4, errno: .permissionDenied)
    let lines = text(try linux618(), lent: .failure(error))
    #expect(lines.count == 11)
    #expect(
      lines.last
        == "sub-pages: not looked at: cannot write 4 to /pool: Permission denied; run as root")
  }
}
