import FoundationEssentials
import SystemPackage

/// /proc and /sys, or a copy of them elsewhere; every answer is nil or empty where a file is not.
struct SystemTree {
  let root: FilePath

  func text(_ path: FilePath) -> String? {
    guard let bytes = try? root.pushing(path).contents() else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// The file's text without blanks and line ends around it; nil if nothing remains.
  func line(_ path: FilePath) -> String? {
    guard let line = text(path)?.trimmed, !line.isEmpty else { return nil }
    return line
  }

  func integer(_ path: FilePath) -> Int? {
    line(path).flatMap { Int($0) }
  }

  /// The word in brackets: "always [madvise] never".
  func choice(_ path: FilePath) -> String? {
    guard let line = line(path), let open = line.firstIndex(of: "["),
      let close = line[open...].firstIndex(of: "]")
    else { return nil }
    return String(line[line.index(after: open)..<close])
  }

  /// The kernel's list format: "0-2,5" is 0, 1, 2, 5.
  func list(_ path: FilePath) -> [Int]? {
    guard let line = line(path) else { return nil }
    return line.split(separator: ",").flatMap { range -> [Int] in
      let bounds = range.split(separator: "-").compactMap { Int($0) }
      guard let first = bounds.first, let last = bounds.last, first <= last else { return [] }
      return Array(first...last)
    }
  }

  /// The keys and values of lines such as "MemTotal: 4679896 kB", up to the first empty line.
  func fields(_ path: FilePath) -> [String: String] {
    var values: [String: String] = [:]
    let lines = (text(path) ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines.prefix(while: { !$0.isEmpty }) {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { values[parts[0].trimmed] = parts[1].trimmed }
    }
    return values
  }

  /// The names in a directory, sorted.
  func names(in directory: FilePath) -> [String] {
    let path = root.pushing(directory).string
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}
