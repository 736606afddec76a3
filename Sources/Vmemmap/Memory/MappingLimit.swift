import Glibc

/// `vm.max_map_count`, which bounds how many vmemmap pages a process can alias.
public enum MappingLimit {
  /// The limit; nil where it can't be read.
  public static var current: Int? {
    guard let text = TextFile.read("/proc/sys/vm/max_map_count") else { return nil }
    return Int(text.filter { $0.isNumber })
  }

  /// The mappings that this process has now. Costs about 1 us for each.
  ///
  /// Asked where none is left, and so without more memory than a page.
  public static var inUse: Int { TextFile.lineCount("/proc/self/maps") ?? 0 }

  /// - Throws: ``VmemmapError/tooManyMappings(needed:inUse:limit:)`` when `needed` more do not fit.
  public static func check(needed: Int) throws(VmemmapError) {
    guard let limit = current else { return }
    let used = inUse
    if used + needed > limit {
      throw .tooManyMappings(needed: needed, inUse: used, limit: limit)
    }
  }
}
