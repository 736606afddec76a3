/// Form B (Linux 6.10 to about 6.14): the first that tested for fake heads, before the count and with
/// no order between the two.
@frozen
public enum EarlyFakeHeadForm<Key: StaticKey, RCU: RCUReadSide>: PageRefForm {
  public typealias Encoding = FakeHeadEncoding<Key>

  public static var name: String { Encoding.name(of: "b", RCU.self) }

  public static var summary: String { "form B, the test before the count\(RCU.remark)" }

  public static var role: ArmRole { Encoding.role(with: RCU.self) }

  public static var kernels: String? { role == .old ? "about 6.10 to 6.14" : nil }

  public static var hvoStates: Set<HVOState> { Key.hvoStates }

  public static var staticKey: (any StaticKey.Type)? { Key.self }

  /// What came between forms A and C is history.
  public static var isInDefaultPlan: Bool { false }

  @inlinable @inline(__always)
  public static func pageRefAddUnless(_ page: Page, _ addend: Int32, _ unless: Int32) -> Bool {
    RCU.lock()
    defer { RCU.unlock() }
    guard !Encoding.isFakeHead(page), page.referenceCount != unless else { return false }
    return page.atomicAddUnless(addend, unless)
  }

  public static func registerThread() { RCU.registerThread() }
  public static func unregisterThread() { RCU.unregisterThread() }
}

/// Form C (about Linux 6.15 to 7.0): what the mask encoding made superfluous.
///
/// With the key on, the count is read with acquire before the fake-head test. The other way round, a
/// walker could find the page not fake, lose the race against HVO's remapping, and then see the
/// head's non-zero count through the alias.
@frozen
public enum FakeHeadForm<Key: StaticKey, RCU: RCUReadSide>: PageRefForm {
  public typealias Encoding = FakeHeadEncoding<Key>

  public static var name: String { Encoding.name(of: nil, RCU.self) }

  public static var summary: String {
    "form C, the count before the test\(Key.remark)\(RCU.remark)"
  }

  public static var role: ArmRole { Encoding.role(with: RCU.self) }

  public static var kernels: String? { role == .old ? "about 6.15 to 7.0" : nil }

  public static var hvoStates: Set<HVOState> { Key.hvoStates }

  public static var staticKey: (any StaticKey.Type)? { Key.self }

  public static var isInDefaultPlan: Bool { role == .old }

  @inlinable @inline(__always)
  public static func pageRefAddUnless(_ page: Page, _ addend: Int32, _ unless: Int32) -> Bool {
    RCU.lock()
    defer { RCU.unlock() }
    if Key.isEnabled {
      guard page.referenceCountAcquire != unless, !Encoding.isFakeHead(page) else {
        return false
      }
    }
    return page.atomicAddUnless(addend, unless)
  }

  public static func registerThread() { RCU.registerThread() }
  public static func unregisterThread() { RCU.unregisterThread() }
}

extension FakeHeadEncoding {
  /// What a form with this encoding and an RCU read side stands for.
  fileprivate static func role(with rcu: any RCUReadSide.Type) -> ArmRole {
    rcu.isOfKernel ? role : .control
  }

  /// The name of a form with this encoding and an RCU read side.
  fileprivate static func name(of form: String?, _ rcu: any RCUReadSide.Type) -> String {
    let side = rcu == NonPreemptibleRCU.self ? nil : rcu.name
    return [name, form, side].compactMap(\.self).joined(separator: "_")
  }
}
