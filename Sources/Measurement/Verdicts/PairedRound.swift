internal import Glibc

/// One paired observation: an arm and its baseline timed within the same round.
public struct PairedRound: Equatable, Sendable {
  /// The process that measured it; each builds its memory anew.
  public let process: Int

  /// The copy of the timed loop, at its own code address, that both sides ran.
  public let layout: Int

  /// The block of consecutive rounds, counted within process and layout.
  public let block: Int

  /// The arm's time in nanoseconds per operation.
  public let armTime: Double

  /// The baseline's time in nanoseconds per operation.
  public let baselineTime: Double

  /// How long a cycle was in this round, where that was measured.
  public let cycle: CycleLength?

  public init(
    process: Int, layout: Int, block: Int, armTime: Double, baselineTime: Double,
    cycle: CycleLength? = nil
  ) {
    self.process = process
    self.layout = layout
    self.block = block
    self.armTime = armTime
    self.baselineTime = baselineTime
    self.cycle = cycle
  }

  /// log(arm / baseline); negative where the arm was faster.
  public var logRatio: Double { log(armTime / baselineTime) }

  /// Arm less baseline in nanoseconds per operation; negative where the arm was faster.
  public var difference: Double { armTime - baselineTime }
}
