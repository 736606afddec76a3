import Glibc
public import SystemPackage

/// A file in the directory for temporary files, for a program that reads no pipe; removed with the
/// value.
public struct ScratchFile: ~Copyable {
  public let path: FilePath

  /// - Parameters:
  ///   - bytes: the whole content.
  ///   - suffix: how the name ends, such as ".gz": some programs go by it.
  /// - Throws: ``ProcessError/system(attempt:errno:)``, for a full disk too.
  public init(_ bytes: some Sequence<UInt8>, suffix: String = "") throws(ProcessError) {
    path = try Self.made(bytes, suffix)
  }

  private static func made(
    _ bytes: some Sequence<UInt8>, _ suffix: String
  ) throws(ProcessError) -> FilePath {
    let directory = unsafe FilePath(getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp")
    var name = Array(directory.appending("bench-XXXXXX\(suffix)").string.utf8CString)
    let descriptor = unsafe name.withUnsafeMutableBufferPointer {
      unsafe mkstemps($0.baseAddress!, Int32(suffix.utf8.count))
    }
    guard descriptor >= 0 else {
      throw .system(
        attempt: "make a temporary file in \(directory), as TMPDIR says",
        errno: Errno(rawValue: errno))
    }
    let path = FilePath(
      String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
    let file = FileDescriptor(rawValue: descriptor)
    do {
      _ = try file.closeAfter { try file.writeAll(bytes) }
    } catch {
      _ = unsafe unlink(path.string)
      throw .system(attempt: "write \(path)", errno: error as? Errno ?? .ioError)
    }
    return path
  }

  deinit { _ = unsafe unlink(path.string) }
}
