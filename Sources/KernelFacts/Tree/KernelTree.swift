import Glibc
public import SystemPackage

/// /proc, /sys and /boot of the running kernel, or a copy of them elsewhere.
public struct KernelTree: Sendable {
  public let root: FilePath

  public init(root: FilePath = "/") {
    self.root = root
  }

  /// The release as `uname -r` prints it: "6.18.44".
  ///
  /// - Throws: ``KernelFactsError/unreadable(path:errno:remedy:)``.
  public func release() throws(KernelFactsError) -> String {
    try line("proc/sys/kernel/osrelease")
  }
}

// MARK: - Reading

extension KernelTree {
  func path(_ path: FilePath) -> FilePath { root.pushing(path) }

  func exists(_ path: FilePath) -> Bool {
    unsafe self.path(path).withPlatformString { unsafe access($0, F_OK) } == 0
  }

  /// The whole file; works for files in /proc and /sys, which say that they are empty.
  ///
  /// - Parameter remedy: what helps where there is no such file.
  func bytes(
    _ path: FilePath, remedy: String = KernelFactsError.mount
  ) throws(KernelFactsError) -> [UInt8] {
    try open(path, remedy: remedy) { file throws(Errno) in
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 256 << 10)
      while true {
        let count = unsafe Glibc.read(file, &chunk, chunk.count)
        guard count >= 0 else { throw Errno(rawValue: errno) }
        if count == 0 { return bytes }
        bytes += chunk[..<count]
      }
    }
  }

  /// 64-bit words of a file that is an array of them; fewer where it ends.
  func words(
    _ path: FilePath, from index: Int, count: Int, remedy: String = KernelFactsError.mount
  ) throws(KernelFactsError) -> [UInt64] {
    try open(path, remedy: remedy) { file throws(Errno) in
      var words = [UInt64](repeating: 0, count: count)
      let read = unsafe words.withUnsafeMutableBytes {
        unsafe pread(file, $0.baseAddress, $0.count, index * 8)
      }
      guard read >= 0 else { throw Errno(rawValue: errno) }
      words.removeLast(count - read / 8)
      return words
    }
  }

  /// The names in a directory, in no order.
  func names(in path: FilePath, remedy: String) throws(KernelFactsError) -> [String] {
    let path = self.path(path)
    guard let directory = unsafe path.withPlatformString({ unsafe opendir($0) }) else {
      throw .unreadable(path: path, errno: Errno(rawValue: errno), remedy: remedy)
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  private func open<Result>(
    _ path: FilePath, remedy: String, _ body: (CInt) throws(Errno) -> Result
  ) throws(KernelFactsError) -> Result {
    let path = self.path(path)
    do throws(Errno) {
      let file = unsafe path.withPlatformString { unsafe Glibc.open($0, O_RDONLY | O_CLOEXEC) }
      guard file >= 0 else { throw Errno(rawValue: errno) }
      defer { close(file) }
      return try body(file)
    } catch {
      throw .unreadable(path: path, errno: error, remedy: remedy)
    }
  }

  func text(
    _ path: FilePath, remedy: String = KernelFactsError.mount
  ) throws(KernelFactsError) -> String {
    String(decoding: try bytes(path, remedy: remedy), as: UTF8.self)
  }

  /// The file's first line.
  func line(
    _ path: FilePath, remedy: String = KernelFactsError.mount
  ) throws(KernelFactsError) -> String {
    String(try text(path, remedy: remedy).prefix { $0 != "\n" })
  }

  func integer(
    _ path: FilePath, remedy: String = KernelFactsError.mount
  ) throws(KernelFactsError) -> Int {
    let line = try line(path, remedy: remedy)
    guard let number = Int(line) else {
      throw .unexpected(path: self.path(path), found: line, expected: "a number")
    }
    return number
  }

  /// The numbers after the names of a file of lines such as "DirectMap4k:  30720 kB".
  func numbers(_ path: FilePath) throws(KernelFactsError) -> [String: Int] {
    var numbers: [String: Int] = [:]
    for line in try text(path).split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == ":" }
      guard words.count >= 2, let number = Int(words[1]) else { continue }
      numbers[String(words[0])] = number
    }
    return numbers
  }
}

// MARK: - Writing

extension KernelTree {
  /// Writes a number as one write, as settings in /proc and /sys take it.
  func write(_ value: Int, to path: FilePath) throws(KernelFactsError) {
    let path = self.path(path)
    let file = unsafe path.withPlatformString { unsafe Glibc.open($0, O_WRONLY | O_CLOEXEC) }
    guard file >= 0 else {
      throw .unwritable(path: path, value: value, errno: Errno(rawValue: errno))
    }
    defer { close(file) }
    let text = "\(value)\n"
    guard unsafe Glibc.write(file, text, text.utf8.count) == text.utf8.count else {
      throw .unwritable(path: path, value: value, errno: Errno(rawValue: errno))
    }
  }
}
