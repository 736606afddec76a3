import Host
public import SystemPackage

/// A setting of the kernel that is changed for a while, and what it was before.
public struct Setting: Equatable, Sendable {
  public let path: FilePath
  /// Where the kernel tells how much of the number that it shows is not part of the setting.
  let surplusPath: FilePath?
  public let value: Int

  init(
    _ path: FilePath, surplus: FilePath? = nil, remedy: String, _ tree: SystemTree
  ) throws(SystemTreeError) {
    self.path = path
    surplusPath = surplus
    value = try Setting.read(path, surplus: surplus, remedy: remedy, tree)
  }

  func current(_ tree: SystemTree) throws(SystemTreeError) -> Int {
    try Setting.read(path, surplus: surplusPath, remedy: SystemTreeError.mount, tree)
  }

  private static func read(
    _ path: FilePath, surplus: FilePath?, remedy: String, _ tree: SystemTree
  ) throws(SystemTreeError) -> Int {
    let shown = try tree.integer(path, remedy: remedy)
    guard let surplus else { return shown }
    return shown - (try tree.integer(surplus))
  }

  /// Writes the old value unless it is there.
  ///
  /// - Throws: ``KernelError/notRestored(path:wanted:found:)`` alone.
  func restore(_ tree: SystemTree) throws(KernelError) {
    if (try? current(tree)) == value { return }
    try? tree.write(value, to: path)
    let found = try? current(tree)
    guard found == value else {
      throw .notRestored(path: tree.path(path), wanted: value, found: found)
    }
  }
}

extension Setting {
  /// `vm.hugetlb_optimize_vmemmap`.
  static func optimization(_ tree: SystemTree) throws(SystemTreeError) -> Setting {
    try Setting(
      OptimizationState.setting, remedy: "this kernel has no HVO, or none that can be turned on",
      tree)
  }

  /// The configured number of 2 MiB pages, of this thread's node where the machine has nodes.
  ///
  /// One node only: from a total the kernel takes pages off any node, not off where they were put.
  static func pool(_ tree: SystemTree) throws(SystemTreeError) -> Setting {
    let name = "hugepages-2048kB"
    let all = FilePath("sys/kernel/mm/hugepages").appending(name)
    let ofNode = currentNode(tree).map {
      FilePath("sys/devices/system/node").appending($0).appending("hugepages").appending(name)
    }
    let directory = ofNode.flatMap { tree.exists($0) ? $0 : nil } ?? all
    return try Setting(
      directory.appending("nr_hugepages"), surplus: directory.appending("surplus_hugepages"),
      remedy: "this machine has no huge pages of 2 MiB", tree)
  }

  /// The directory name of the node whose CPU runs this: "node0".
  private static func currentNode(_ tree: SystemTree) -> String? {
    // The 39th field; the second, a name in parentheses, may hold anything.
    guard let line = tree.line(ifPresent: "proc/self/stat"),
      let name = line.lastIndex(of: ")"),
      case let fields = line[name...].split(separator: " "), fields.count > 37
    else { return nil }
    let cpu = FilePath("sys/devices/system/cpu").appending("cpu\(fields[37])")
    return tree.names(ifPresent: cpu).first { $0.hasPrefix("node") }
  }
}
