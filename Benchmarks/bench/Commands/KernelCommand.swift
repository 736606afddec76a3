import ArgumentParser
import Foundation
import Host
import Kernel
import SystemPackage
import Text
import Vmemmap

/// What the running kernel has of compound pages and HVO.
struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel",
    abstract:
      "Tells which encoding the running kernel has, and whether it has HVO; changes nothing unless "
      + "told to --allocate. With --code, what its machine code does.",
    discussion: """
      What can't be read says why, and the rest is told. With --allocate, as root, huge pages are \
      allocated to see what HVO saves and what /proc/kpageflags shows of them; then they are given \
      back, after Ctrl-C too. Exit status: 0, whatever it finds; 71 where the system refused what \
      --allocate asked for; 2 where a setting could not be put back.

      With --code, the machine code of a kernel: a vmlinuz (bzImage) or vmlinux of x86-64, or, \
      without a file and as root, the kernel that runs. Static branches on \
      hugetlb_optimize_vmemmap_key are counted in the jump table, exactly; the rest is found by \
      patterns of instructions, and says so. With two files, the old kernel and the new one, the \
      change of the text is estimated from both. Needs objdump. Exit status 65 for what is no kernel, \
      is cut short, is compressed with something unknown or has no names; 71 where a tool for \
      unpacking is missing, or where the running kernel hides itself.
      """)

  @Option(help: "Allocate so many huge pages of 2 MiB, look at them, and give them back.")
  var allocate: Int?

  @Flag(help: "Turn HVO on for the allocated pages, and put it back.")
  var hvo = false

  @Flag(help: "Read the machine code of a kernel: of FILEs, or of the running one.")
  var code = false

  @Flag(
    help: """
      How much of this machine's memory is in folios of each size, as root, and the option to measure on \
      such pages.
      """)
  var population = false

  @Flag(help: "With --code, a line for each function.")
  var perFunction = false

  @Option(help: "With --code, the line of this function.")
  var function: String?

  @Argument(
    help: ArgumentHelp(
      "With --code, a vmlinuz or vmlinux; or two, old and new.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  func validate() throws {
    guard !population || !code && allocate == nil else {
      throw ValidationError("--population stands alone: leave out --code and --allocate")
    }
    guard code || (files.isEmpty && !perFunction && function == nil) else {
      throw ValidationError("a FILE, --per-function and --function are of --code: add it")
    }
    if code {
      guard allocate == nil, !hvo else {
        throw ValidationError("--code looks at code only: leave out --allocate and --hvo")
      }
      guard files.count <= 2 else {
        throw ValidationError("--code takes two files at the most, not \(files.count)")
      }
      return
    }
    guard let allocate else {
      if hvo { throw ValidationError("--hvo is for pages that are allocated: add --allocate 1") }
      return
    }
    guard allocate > 0 else {
      throw ValidationError("--allocate \(allocate) is too few: 1 or more")
    }
    // The kernel would push others out of memory for them.
    if let memory = MemoryRoom.current(), allocate > memory.bytes / 2 / hugePageSize {
      throw ValidationError(
        "--allocate \(allocate) takes more than half of what is there, \(memory.told) available: "
          + "\(memory.bytes / 2 / hugePageSize) or fewer")
    }
  }

  func run() throws {
    let tree = SystemTree()
    if code { return try printCode(tree) }
    if population { return try printPopulation(tree) }
    // First, while the process has one thread: others could take a signal meant to wait.
    let lent = try allocate.map { try look(at: $0, tree) }
    var table = TextColumns([.left, .left])
    for line in KernelReport(tree, lent: lent).lines { table.append([line.name, line.text]) }
    for line in table.rendered() { print(line) }
    if geteuid() != 0 {
      print("not root: page frames and /proc/kpageflags are hidden, settings can't be changed")
    }
  }

  /// - Throws: ``FailedRun`` where a setting was not put back; what could not be done is in the result.
  private func look(
    at count: Int, _ tree: SystemTree
  ) throws(FailedRun) -> Result<LentHugePages, KernelError> {
    let result = Result { () throws(KernelError) in
      try LentHugePages.look(at: count, optimizing: hvo, tree)
    }
    if case .failure(let error) = result, case .notRestored = error {
      throw FailedRun(description: error.description)
    }
    return result
  }
}
