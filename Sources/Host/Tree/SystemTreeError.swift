import SystemErrors
public import SystemPackage

/// Why a file of the kernel tells nothing.
public enum SystemTreeError: Error, Equatable {
  /// A file could not be read; `remedy` is what helps where there is none.
  case unreadable(path: FilePath, errno: Errno, remedy: String)
  /// A file holds something else than it should.
  case unexpected(path: FilePath, found: String, expected: String)
}

extension SystemTreeError {
  /// The remedy for most of what is missing in /proc and /sys.
  public static let mount = "is /proc and /sys mounted, and does this kernel have it?"
}

extension SystemTreeError: CustomStringConvertible {
  /// One line: what was attempted, with which values, and the way out.
  public var description: String {
    switch self {
    case .unreadable(let path, let errno, let remedy):
      "cannot read \(path): \(errno); \(errno.isRefusal ? "run as root" : errno.wayOut ?? remedy)"
    case .unexpected(let path, let found, let expected):
      "\(path): \(found.debugDescription) is not \(expected)"
    }
  }
}
