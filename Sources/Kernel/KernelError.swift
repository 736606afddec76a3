public import Host
import SystemErrors
public import SystemPackage

/// Why something of the running kernel could not be found out, or not be changed.
public enum KernelError: Error, Equatable {
  /// A file of /proc, /sys or /boot does not tell.
  case file(SystemTreeError)
  /// The file is no BTF, a damaged one, or lacks what was looked for.
  case btf(path: FilePath, BTFError)
  /// A setting could not be changed.
  case unwritable(path: FilePath, value: Int, errno: Errno)
  /// The kernel found less memory than asked for: `found` huge pages of those wanted.
  case fewHugePages(wanted: Int, found: Int)
  /// No huge page could be mapped.
  case unmappable(bytes: Int, errno: Errno)
  /// The kernel does not tell this process which page frame it has.
  case hiddenFrame(path: FilePath)
  /// A setting that was changed is not what it was before; `found` is nil where it can't be read.
  case notRestored(path: FilePath, wanted: Int, found: Int?)
}

extension KernelError {
  /// What `body` reads; its errors become ``file(_:)``.
  static func reading<Value>(
    _ body: () throws(SystemTreeError) -> Value
  ) throws(KernelError) -> Value {
    do throws(SystemTreeError) {
      return try body()
    } catch {
      throw .file(error)
    }
  }
}

extension KernelError: CustomStringConvertible {
  /// One line: what was attempted, with which values, and the way out.
  public var description: String {
    switch self {
    case .file(let error):
      error.description
    case .btf(let path, let error):
      "\(path): \(error)"
    case .unwritable(let path, let value, let errno):
      "cannot write \(value) to \(path): \(errno); "
        + (errno.isRefusal ? "run as root" : errno.wayOut ?? SystemTreeError.mount)
    case .fewHugePages(let wanted, let found):
      "the kernel found memory for \(found) of \(wanted) huge pages; free memory, or ask for fewer"
    case .unmappable(let bytes, let errno):
      "cannot map a huge page of \(bytes) bytes: \(errno); "
        + (errno.wayOut ?? "has the pool a free one? /proc/meminfo tells")
    case .hiddenFrame(let path):
      "\(path) shows no page frame numbers to this process; run as root"
    case .notRestored(let path, let wanted, let found):
      "\(path) was \(wanted) and is \(found.map(String.init) ?? "unreadable") now; put it back: "
        + "echo \(wanted) > \(path)"
    }
  }
}
