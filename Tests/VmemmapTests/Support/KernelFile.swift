import Glibc

/// Files of /proc and /sys, read without the model.
enum KernelFile {
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// The lines, down to the end: one read gives no more than a page of them.
  static func lines(_ path: String) -> [Substring] {
    guard let file = unsafe fopen(path, "re") else { return [] }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = unsafe fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  /// The words that follow a name at the start of a line.
  static func words(after name: String, in path: String) -> [Substring]? {
    lines(path).first { $0.hasPrefix(name) }?.dropFirst(name.count).split { " \t".contains($0) }
  }

  /// The numbers of a list like `0-3,8`.
  static func list(_ text: Substring) -> [Int] {
    text.split(separator: ",").flatMap {
      let ends = $0.split(separator: "-").compactMap { Int($0) }
      return Array(ends[0]...ends[ends.count - 1])
    }
  }
}
