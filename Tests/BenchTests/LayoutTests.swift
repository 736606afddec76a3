import Foundation
import Testing

extension BenchTests {
  @Suite("'bench layout' and 'bench kernel'", .needsProgram)
  struct LayoutTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func lines(_ arguments: [String]) throws -> [String] {
      let ending = try Bench.run(arguments, in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
      return ending.output.split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init)
    }

    @Test("The layout is drawn, HVO accounted for, and vmcoreinfo told, the same on every machine")
    func layout() throws {
      let lines = try lines(["layout"])
      let golden = Self.golden.split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init)
      #expect(lines.count > golden.count)
      for (line, wanted) in zip(lines, golden) { #expect(line == wanted) }
      #expect(lines.dropFirst(golden.count + 1).first?.hasPrefix("the running kernel") == true)
    }

    @Test("Wrong heads are counted for each displacement and order, and none by pointer")
    func misalign() throws {
      let lines = try lines(["layout", "--misalign"])
      #expect(lines[1].split(separator: "  ").last == "pointer")
      let rows = lines.dropFirst(2).prefix(23).map { line in
        line.split(separator: " ").compactMap { Int($0) }
      }
      for (order, row) in rows.enumerated() {
        #expect(row.count == 8 && row[0] == order && row[7] == 0)
        // From 4 KiB up to 128 MiB, each 8 times the one before.
        let wrong = (0...5).map { order >= 7 + 3 * $0 ? 1 << order - 1 : 0 }
        #expect(Array(row[1...6]) == wrong)
      }
    }

    @Test("What the kernel tells is told, also to those who are not root")
    func kernel() throws {
      let names = try lines(["kernel"]).map { $0.prefix { $0 != " " } }
      #expect(names.first == "kernel" && names.contains("sub-pages"))
      guard geteuid() == 0 else { return }
      try directory.giveToNobody()
      let ending = try runAsNobody(["kernel", "--allocate", "1"], in: directory)
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.output.contains("run as root"))
      #expect(ending.output.contains("not root: "))
    }

    private static let settings = ["nr_hugepages", "hugetlb_optimize_vmemmap"].map {
      "/proc/sys/vm/\($0)"
    }

    private func settings() -> [String?] {
      Self.settings.map { try? String(contentsOfFile: $0, encoding: .utf8) }
    }

    @Test("Lent huge pages are looked at, and given back", .needsRoot, arguments: [false, true])
    func allocate(hvo: Bool) throws {
      let before = settings()
      guard before[0] != nil, !hvo || before[1] != nil else { return }
      let lines = try lines(["kernel", "--allocate", "2"] + (hvo ? ["--hvo"] : []))
      #expect(settings() == before)
      let allocated = try #require(lines.first { $0.hasPrefix("allocated") })
      // A machine may have no memory for them.
      guard allocated.contains("2 of 2") else { return }
      #expect(lines.contains { $0.hasPrefix("sub-pages") && $0.contains("/proc/kpageflags shows") })
      guard hvo else { return }
      let saved = "14 base pages of struct pages, 7 for each huge page"
      #expect(lines.contains { $0.hasSuffix(saved) })
    }

    @Test("Pages that are too few or too many, and HVO without pages, are refused")
    func refused() throws {
      for (arguments, word) in [
        (["--allocate", "0"], "1 or more"), (["--allocate=-1"], "1 or more"),
        (["--allocate", "9223372036854775807"], "or fewer"), (["--hvo"], "--allocate"),
        (["--allocate", "some"], "'some'"),
      ] {
        let ending = try Bench.run(["kernel"] + arguments, in: directory.url)
        #expect(ending.status == 64)
        #expect(ending.errorMessages.count == 1 && ending.errors.contains(word), "\(ending.errors)")
      }
    }

    private static let golden = """
      struct page of the model, 64 bytes
      byte  +===============================================================+  cache line
         0  | flags                                                         |
            +---------------------------------------------------------------+
         8  | compound_info / compound_head / lru.next                      |
            +---------------------------------------------------------------+
        16  | lru.prev                                                      |
            +---------------------------------------------------------------+
        24  | mapping                                                       |
            +---------------------------------------------------------------+
        32  | index / __folio_index                                         |
            +---------------------------------------------------------------+
        40  | private                                                       |
            +-------------------------------+-------------------------------+
        48  | _mapcount / page_type         | _refcount                     |
            +-------------------------------+-------------------------------+
        56  | memcg_data                                                    |
            +===============================================================+  cache line
      the word at 8: compound_info since Linux 7.1, compound_head up to 7.0
      in tails: the head's address + 1 (up to 7.0), or a mask: order 9 0xffffffffffff8001, order 18 0xffffffffff000001

      struct pages of one huge page under HVO
      huge page  tails     total   kept      saved  total*  left*  template*     saved*
      2 MiB      pointer  32 KiB  4 KiB     28 KiB  32 KiB  4 KiB        0 B     28 KiB
      2 MiB      mask     32 KiB  4 KiB     28 KiB  32 KiB  8 KiB      4 KiB     24 KiB
      1 GiB      pointer  16 MiB  4 KiB  16380 KiB  16 MiB  4 KiB        0 B  16380 KiB
      1 GiB      mask     16 MiB  4 KiB  16380 KiB  16 MiB  8 KiB      4 KiB  16376 KiB
      * as st_blocks tells of one that was built here; all huge pages of a zone share the template

      per TiB of memory: 16 GiB of struct pages
        as 2 MiB pages: 14 GiB saved, 2 GiB left
        as 1 GiB pages: 16380 MiB saved, 4 MiB left

      vmcoreinfo of the model; up to 7.0 with compound_head
      PAGESIZE=4096
      SIZE(page)=64
      OFFSET(page.flags)=0
      OFFSET(page._refcount)=52
      OFFSET(page.mapping)=24
      OFFSET(page.lru)=8
      OFFSET(page._mapcount)=48
      OFFSET(page.private)=40
      OFFSET(page.compound_info)=8
      NUMBER(PG_lru)=5
      NUMBER(PG_head_mask)=64
      """
  }
}
