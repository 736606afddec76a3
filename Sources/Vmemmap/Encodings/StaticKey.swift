/// `hugetlb_optimize_vmemmap_key`: on as soon as one folio on the system is optimised.
///
/// The kernel patches code, so that a key that is off costs a nop and never a loaded boolean.
/// These are compile-time constants: the ceiling of what patched code can reach.
public protocol StaticKey: SendableMetatype {
  static var isEnabled: Bool { get }

  /// `off` or `on`, as part of an encoding's name.
  static var name: String { get }

  /// The states of HVO in which the kernel's key is in this position.
  static var hvoStates: Set<HVOState> { get }
}

/// The key while no folio is optimised.
@frozen
public enum KeyOff: StaticKey {
  @inlinable @inline(__always)
  public static var isEnabled: Bool { false }
  public static var name: String { "off" }
  public static var hvoStates: Set<HVOState> { [.off] }
}

/// The key while at least one folio is optimised.
@frozen
public enum KeyOn: StaticKey {
  @inlinable @inline(__always)
  public static var isEnabled: Bool { true }
  public static var name: String { "on" }
  public static var hvoStates: Set<HVOState> { [.elsewhere, .on] }
}
