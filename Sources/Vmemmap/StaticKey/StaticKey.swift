/// `hugetlb_optimize_vmemmap_key`: on as soon as one folio on the system is optimised.
///
/// ``OptimizeVmemmapKey`` is the kernel's, patched code. ``KeyOff`` and ``KeyOn`` are compile-time
/// constants: the ceiling of what patched code can reach.
public protocol StaticKey: SendableMetatype {
  /// The corresponding kernel macro is `static_branch_unlikely()`.
  static var isEnabled: Bool { get }

  /// Whether the compiler knows the position.
  static var isConstant: Bool { get }

  /// What the key adds to an encoding's name.
  static var suffix: String { get }

  /// The states of HVO in which the kernel's key can be in a position that this one can be in.
  static var hvoStates: Set<HVOState> { get }
}

extension StaticKey {
  /// What the key adds to an encoding's summary.
  static var remark: String { isConstant ? ", key always \(suffix.dropFirst())" : "" }
}

/// The key while no folio is optimised.
@frozen
public enum KeyOff: StaticKey {
  @inlinable @inline(__always)
  public static var isEnabled: Bool { false }
  public static var isConstant: Bool { true }
  public static var suffix: String { "_off" }
  public static var hvoStates: Set<HVOState> { [.off] }
}

/// The key while at least one folio is optimised.
@frozen
public enum KeyOn: StaticKey {
  @inlinable @inline(__always)
  public static var isEnabled: Bool { true }
  public static var isConstant: Bool { true }
  public static var suffix: String { "_on" }
  public static var hvoStates: Set<HVOState> { [.elsewhere, .on] }
}
