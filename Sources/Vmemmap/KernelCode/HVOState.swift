/// How far HVO is in use on the system.
public enum HVOState: String, CaseIterable, Sendable {
  /// No folio is optimised; the old kernel's static key is off.
  case off
  /// Other folios than those looked at are optimised; the key is on.
  case elsewhere
  /// The folios looked at are optimised; the key is on.
  case on

  /// Whether the old kernel's static key is on.
  public var isKeyEnabled: Bool { self != .off }
}
