import Glibc

/// The limits of this process that a run may meet, as `ulimit` shows them; nil where there is none.
public struct ResourceLimits: Equatable, Sendable {
  /// In bytes.
  public var addressSpace: Int?
  public var data: Int?
  public var fileSize: Int?
  public var openFiles: Int?
  /// In seconds.
  public var cpuTime: Int?

  public init() {}

  public static func current() -> ResourceLimits {
    var limits = ResourceLimits()
    limits.addressSpace = value(RLIMIT_AS)
    limits.data = value(RLIMIT_DATA)
    limits.fileSize = value(RLIMIT_FSIZE)
    limits.openFiles = value(RLIMIT_NOFILE)
    limits.cpuTime = value(RLIMIT_CPU)
    return limits
  }

  private static func value(_ resource: __rlimit_resource) -> Int? {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return nil }
    return Int(exactly: limit.rlim_cur)
  }
}
