/// How long a cycle of the core was at one time, by a calibrated chain: additions each of which
/// needs the sum before it.
///
/// A dependent addition of two registers takes one cycle on the CPUs that this is meant for, so the
/// time of the chain over the number of its additions is a cycle, whatever the core's frequency
/// was. The operand must be a register that the compiler and the CPU can't know: some CPUs, such as
/// Intel's Golden Cove, add small constants at no cost while they rename registers. Take the
/// chain's time in the same round as that of the operation, since the frequency moves.
public struct CycleLength: Equatable, Sendable {
  /// Above 0 and finite.
  public let nanoseconds: Double

  /// A length that was measured before; nil where it is not above 0 and finite.
  public init?(nanoseconds: Double) {
    guard nanoseconds > 0, nanoseconds.isFinite else { return nil }
    self.nanoseconds = nanoseconds
  }

  /// From the chain's time in nanoseconds; nil where it took no time or had no additions.
  public init?(elapsed: UInt64, additions: Int) {
    guard additions > 0 else { return nil }
    self.init(nanoseconds: Double(elapsed) / Double(additions))
  }

  /// A time in nanoseconds, or a difference of two, in cycles.
  public func cycles(_ nanoseconds: Double) -> Double { nanoseconds / self.nanoseconds }
}
