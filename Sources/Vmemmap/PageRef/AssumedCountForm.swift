public import CVmemmap

/// Form E: no load before the compare-and-swap, which assumes a count of 1 and is done again with what
/// it saw. From a patch of Linus Torvalds' (2026-03-01); in no kernel.
///
/// Meant for lines that several CPUs take references on: the line is fetched for writing at once, and
/// not first for reading.
///
/// It attempts a store whatever the count is. On x86 a compare-and-swap that fails wants a writable
/// page, too, and faults on a tail that HVO has mapped read-only: hence the guard.
@frozen
public enum AssumedCountForm<Encoding: CompoundEncoding, Guard: StoreGuard>: PageRefForm {
  public static var name: String {
    [Encoding.name, "assume1", Guard.name].compactMap(\.self).joined(separator: "_")
  }

  public static var summary: String {
    "form E on \(Encoding.name): assumes a count of 1\(Guard.remark)"
  }

  public static var role: ArmRole { .whatIf }

  public static var kernels: String? { nil }

  public static var hvoStates: Set<HVOState> { Guard.hvoStates(of: Encoding.self) }

  public static var staticKey: (any StaticKey.Type)? { Guard.staticKey }

  public static var isInDefaultPlan: Bool { false }

  @inlinable @inline(__always)
  public static func pageRefAddUnless(_ page: Page, _ addend: Int32, _ unless: Int32) -> Bool {
    Guard.RCU.lock()
    defer { Guard.RCU.unlock() }
    // In a register, as in the other forms.
    let page = Page(address: UInt(cvm_opaque_u64(UInt64(page.address))))
    guard Guard.allowsStore(to: page, { $0 != unless }) else { return false }
    // Any count but the one that must not be added to; of callers that name 0, this is 1.
    var count: Int32 = unless == 1 ? 2 : 1
    repeat {
      let address = page.address &+ Page.Offset.refcount
      let swap = cvm_atomic_try_cmpxchg(address, count, count &+ addend)
      if swap.exchanged { return true }
      count = swap.seen
    } while count != unless
    return false
  }

  public static func failedSwaps(takingOn page: Page) -> Int { page.failedSwaps(addingTo: 1) }

  public static func registerThread() { Guard.RCU.registerThread() }
  public static func unregisterThread() { Guard.RCU.unregisterThread() }
}
