/// Forms A (up to Linux 6.9) and D (since 7.1): nothing but the atomic operation.
///
/// Form A runs on the pointer layout, which it must not do under HVO: a fake head shows the head's
/// count, so it would attempt a store to a read-only alias.
@frozen
public enum PlainForm<Encoding: CompoundEncoding>: PageRefForm {
  public static var name: String { Encoding.name }

  public static var summary: String { Encoding.summary }

  public static var role: ArmRole { Encoding.role }

  public static var kernels: String? {
    Encoding.self == PointerEncoding.self ? "up to 6.9" : Encoding.kernels
  }

  public static var hvoStates: Set<HVOState> { Encoding.hvoStates }

  public static var isInDefaultPlan: Bool { Encoding.isInDefaultPlan }

  @inlinable @inline(__always)
  public static func pageRefAddUnless(_ page: Page, _ addend: Int32, _ unless: Int32) -> Bool {
    page.atomicAddUnless(addend, unless)
  }
}
