public import Host
import SystemPackage

/// What `/proc/kpageflags` shows of the base pages of one huge page.
public struct SubPages: Equatable, Sendable {
  public let count: Int
  /// The positions that are shown as heads; 0 alone is right.
  public let heads: [Int]
  /// How many are shown as tails.
  public let tails: Int
  /// How many are shown as part of a HugeTLB page.
  public let huge: Int

  /// - Parameters:
  ///   - frame: the huge page's first page frame.
  ///   - count: its base pages.
  /// - Throws: ``SystemTreeError/unreadable(path:errno:remedy:)`` for others than root, and
  ///   ``SystemTreeError/unexpected(path:found:expected:)`` where memory ends before.
  public static func read(
    frame: Int, count: Int, _ tree: SystemTree
  ) throws(SystemTreeError) -> SubPages {
    let path: FilePath = "proc/kpageflags"
    let flags = try tree.words(
      path, from: frame, count: count, remedy: "a kernel with CONFIG_PROC_PAGE_MONITOR has it")
    guard flags.count == count else {
      throw .unexpected(
        path: tree.path(path), found: "\(flags.count) page frames from \(frame) on",
        expected: "the \(count) of a huge page")
    }
    func positions(_ bit: UInt64) -> [Int] { flags.indices.filter { flags[$0] >> bit & 1 != 0 } }
    return SubPages(
      count: count, heads: positions(compoundHeadBit), tails: positions(compoundTailBit).count,
      huge: positions(hugeBit).count)
  }

  // KPF_* of include/uapi/linux/kernel-page-flags.h.
  private static let compoundHeadBit: UInt64 = 15
  private static let compoundTailBit: UInt64 = 16
  private static let hugeBit: UInt64 = 17
}
