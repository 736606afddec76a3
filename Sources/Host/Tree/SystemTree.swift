import Glibc
public import SystemPackage

/// /proc, /sys and /boot, or a copy of them elsewhere: the one reader of what the kernel tells in files.
///
/// Its functions throw ``SystemTreeError``. Where absence is an answer there is a second form,
/// `ifPresent`, which answers nil or nothing for what is not there, can't be read or makes no sense.
public struct SystemTree: Sendable {
  public let root: FilePath

  public init(root: FilePath = "/") {
    self.root = root
  }

  /// Where a path of the tree, such as "proc/stat", leads to.
  public func path(_ path: FilePath) -> FilePath { root.pushing(path) }

  public func exists(_ path: FilePath) -> Bool {
    unsafe self.path(path).withPlatformString { unsafe access($0, F_OK) } == 0
  }
}

// MARK: - Bytes

extension SystemTree {
  /// The whole file; works for files in /proc and /sys, which say that they are empty.
  ///
  /// - Parameter remedy: what helps where there is no such file.
  /// - Throws: ``SystemTreeError/unreadable(path:errno:remedy:)``.
  public func bytes(
    _ path: FilePath, remedy: String = SystemTreeError.mount
  ) throws(SystemTreeError) -> [UInt8] {
    try open(path, remedy: remedy) { file throws(Errno) in try file.readToEnd() }
  }

  /// 64-bit words of a file that is an array of them; fewer where it ends.
  ///
  /// - Throws: ``SystemTreeError/unreadable(path:errno:remedy:)``.
  public func words(
    _ path: FilePath, from index: Int, count: Int, remedy: String = SystemTreeError.mount
  ) throws(SystemTreeError) -> [UInt64] {
    try open(path, remedy: remedy) { file throws(Errno) in
      var words = [UInt64](repeating: 0, count: count)
      let read = unsafe words.withUnsafeMutableBytes {
        unsafe pread(file.rawValue, $0.baseAddress, $0.count, index * 8)
      }
      guard read >= 0 else { throw Errno(rawValue: errno) }
      words.removeLast(count - read / 8)
      return words
    }
  }

  /// The names in a directory, sorted.
  ///
  /// - Throws: ``SystemTreeError/unreadable(path:errno:remedy:)``.
  public func names(
    in path: FilePath, remedy: String = SystemTreeError.mount
  ) throws(SystemTreeError) -> [String] {
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
    return names.sorted()
  }

  private func open<Result>(
    _ path: FilePath, remedy: String, _ body: (FileDescriptor) throws(Errno) -> Result
  ) throws(SystemTreeError) -> Result {
    let path = self.path(path)
    do throws(Errno) {
      return try path.reading(body)
    } catch {
      throw .unreadable(path: path, errno: error, remedy: remedy)
    }
  }
}
