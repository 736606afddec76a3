import Glibc

/// Files of /proc and /sys.
enum TextFile {
  /// The whole text; nil where the file can't be opened or read.
  static func read(_ path: String) -> String? {
    var bytes: [UInt8] = []
    guard forEachChunk(of: path, { bytes += $0[..<$1] }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// How many lines it has, of which no more than a page is in memory at a time; nil where the file
  /// can't be opened or read.
  static func lineCount(_ path: String) -> Int? {
    var lines = 0
    let newline = UInt8(ascii: "\n")
    // Unoptimised `count(where:)` takes memory for each byte.
    let isRead = forEachChunk(of: path) { chunk, count in
      for index in 0..<count where chunk[index] == newline { lines += 1 }
    }
    return isRead ? lines : nil
  }

  /// Whether all of the file could be read; `body` is given a buffer, and how many bytes of it count.
  private static func forEachChunk(of path: String, _ body: ([UInt8], Int) -> Void) -> Bool {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // /proc gives no more at once.
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      guard count > 0 else { return count == 0 }
      body(chunk, count)
    }
  }
}
