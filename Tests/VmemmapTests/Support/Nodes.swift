import CNuma
import Glibc

/// Nodes of this machine and the pages on them, asked of the kernel without the model.
enum Nodes {
  static let withMemory: [Int] =
    KernelFile.lines("/sys/devices/system/node/has_memory").first.map(KernelFile.list) ?? [0]

  /// Those that this process may take memory from.
  static let allowed: [Int] =
    KernelFile.words(after: "Mems_allowed_list:", in: "/proc/self/status")
    .map { KernelFile.list($0[0]) } ?? [0]

  /// Whether the kernel tells where pages are: one without NUMA does not, nor in some containers.
  static let areTold: Bool = {
    var touched = 0
    return unsafe withUnsafeMutablePointer(to: &touched) {
      holding([UInt(bitPattern: $0) & ~4095])[0] >= 0
    }
  }()

  /// The node of each page, or a negative errno.
  static func holding(_ pages: [UInt]) -> [Int] { move(pages, to: nil, 0) }

  /// Asks the kernel to move pages to a node.
  ///
  /// - Returns: for each page the node that it lies on afterwards, or a negative errno.
  static func move(_ pages: [UInt], to node: Int, ofAllProcesses: Bool) -> [Int] {
    move(pages, to: node, Int32(ofAllProcesses ? MPOL_MF_MOVE_ALL : MPOL_MF_MOVE))
  }

  private static func move(_ pages: [UInt], to node: Int?, _ flags: Int32) -> [Int] {
    var addresses = unsafe pages.map { unsafe UnsafeMutableRawPointer(bitPattern: $0) }
    var status = [Int32](repeating: 0, count: pages.count)
    var result: Int
    if let node {
      let targets = [Int32](repeating: Int32(node), count: pages.count)
      result = unsafe move_pages(0, UInt(pages.count), &addresses, targets, &status, flags)
    } else {
      result = unsafe move_pages(0, UInt(pages.count), &addresses, nil, &status, flags)
    }
    // A positive result is the number of pages that did not move; why not is in the status.
    return result < 0 ? pages.map { _ in -Int(errno) } : status.map { Int($0) }
  }
}
