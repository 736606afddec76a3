import Glibc

/// The machine's memory.
public enum SystemMemory {
  /// The size of this machine's pages in bytes, which is what mappings and protection go by. Those of
  /// the modelled kernel, ``PageGeometry/basePageSize``, are one or several of them.
  static let pageSize = Int(getpagesize())

  /// What can be had without swapping, from `MemAvailable`; nil where it can't be read.
  public static var availableBytes: Int? {
    guard let text = TextFile.read("/proc/meminfo"),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
      let kibibytes = Int(line.filter { $0.isASCII && $0.isNumber })
    else { return nil }
    return kibibytes * 1024
  }
}
