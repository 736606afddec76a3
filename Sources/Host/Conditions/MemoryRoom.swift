import Glibc
public import SystemPackage

/// How much memory a process can still take: the least that the machine, the control groups that it is
/// in, and its own limits leave.
public struct MemoryRoom: Equatable, Sendable {
  public var bytes: Int
  /// What leaves no more; nil where that is the machine's memory.
  public var limit: String?

  public init(bytes: Int, limit: String? = nil) {
    self.bytes = bytes
    self.limit = limit
  }

  /// "200 MiB", with what leaves no more and a verb, to be followed by "available".
  public var told: String {
    "\(bytes >> 20) MiB " + (limit.map { "(because of \($0)) " } ?? "") + "are"
  }

  /// - Returns: nil where nothing says it.
  public static func current(root: FilePath = "/") -> MemoryRoom? {
    current(SystemTree(root: root), limits: ResourceLimits.current())
  }

  static func current(_ tree: SystemTree, limits: ResourceLimits) -> MemoryRoom? {
    let available = tree.fields(ifPresent: "proc/meminfo")["MemAvailable"]
    var rooms = [available.flatMap(kibibytes).map { MemoryRoom(bytes: $0) }].compactMap(\.self)
    rooms += tree.controlGroups("memory").compactMap { tree.room(in: $0) }
    let status = tree.fields(ifPresent: "proc/self/status")
    for (limit, name, field) in [
      (limits.addressSpace, "'ulimit -v'", "VmSize"), (limits.data, "'ulimit -d'", "VmData"),
    ] {
      guard let limit else { continue }
      let used = status[field].flatMap(kibibytes) ?? 0
      rooms.append(MemoryRoom(bytes: max(0, limit - used), limit: name))
    }
    return rooms.min { $0.bytes < $1.bytes }
  }

  /// "4679896 kB"
  static func kibibytes(_ text: String) -> Int? {
    text.split(separator: " ").first.flatMap { Int($0) }.flatMap {
      SystemTree.bytes($0, each: 1024)
    }
  }
}

extension SystemTree {
  /// What a group's limit leaves; nil where it has none.
  fileprivate func room(in group: ControlGroup) -> MemoryRoom? {
    let directory = group.directory
    let isUnified = exists(directory.appending("memory.current"))
    let names =
      isUnified
      ? (["memory.max", "memory.high"], "memory.current", "inactive_file")
      : (["memory.limit_in_bytes"], "memory.usage_in_bytes", "total_inactive_file")
    func number(_ name: String) -> Int? { integer(ifPresent: directory.appending(name)) }
    // "max" in the one version, a number beyond any memory in the other.
    let limits = names.0.compactMap { name in number(name).map { (name: name, value: $0) } }
    guard let least = limits.min(by: { $0.value < $1.value }),
      let limit = Self.bytes(least.value, each: 1),
      let used = number(names.1).flatMap({ Self.bytes($0, each: 1) })
    else { return nil }
    // What files left in memory can be had back at once.
    let files = max(0, (try? numbers(directory.appending("memory.stat")))?[names.2] ?? 0)
    return MemoryRoom(
      bytes: max(0, limit - used + min(files, used)),
      limit: "\(path(directory).appending(least.name)) of \(limit >> 20) MiB")
  }
}
