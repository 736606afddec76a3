import Glibc

/// The machine's memory.
public enum SystemMemory {
  /// The size of this machine's pages in bytes, which is what mappings and protection go by. Those of
  /// the modelled kernel, ``PageGeometry/basePageSize``, are one or several of them.
  static let pageSize = Int(getpagesize())
}
