import ArgumentParser
import Host
import Kernel
import Vmemmap

/// The modelled struct page, what HVO saves of it, and how the running kernel's compares.
struct LayoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layout",
    abstract:
      "Draws the modelled struct page, accounts for HVO's memory, and compares with the running kernel.",
    discussion: """
      The kernel's struct page is read from /sys/kernel/btf/vmlinux; where that can't be, the rest is \
      printed. Exit status: 0; 2 where a count or a saving is not what the formula says.
      """)

  @Flag(
    help: """
      Count instead the heads that a mask gets wrong in memory maps that are not aligned to \
      MAX_FOLIO_ORDER.
      """)
  var misalign = false

  func validate() throws {
    if misalign, let memory = MemoryRoom.current(), memory.bytes < MisalignmentTable.bytes {
      throw ValidationError(
        "--misalign needs \(MisalignmentTable.bytes >> 20) MiB for struct pages, but "
          + "\(memory.told) available; free some")
    }
  }

  func run() throws {
    if misalign {
      for line in try MisalignmentTable().lines() { print(line) }
      return
    }
    let mask = HeadMaskFormat.self
    let words = [9, 18].map { order in
      let word = mask.compoundInfo(head: Page(address: 0), order: order)
      return "order \(order) 0x\(String(word, radix: 16))"
    }
    let parts = [
      ["struct page of the model, \(Page.size) bytes"] + StructPageDrawing.lines + [
        "the word at \(Page.Offset.compoundInfo): compound_info since Linux 7.1, compound_head up to 7.0",
        "in tails: the head's address + 1 (up to 7.0), or a mask: \(words.joined(separator: ", "))",
      ],
      ["struct pages of one huge page under HVO"] + (try HVOAccounts.lines()),
      HVOAccounts.linesPerTebibyte,
      ["vmcoreinfo of the model; up to 7.0 with compound_head"] + VmcoreInfo.lines,
      KernelComparison.lines(SystemTree()),
    ]
    print(parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n"))
  }
}
