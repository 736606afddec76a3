/// One paired observation: an arm and its baseline timed within the same round.
public struct PairedRound: Equatable, Sendable {
  /// The process that measured it; each builds its memory anew.
  public let process: Int

  /// The copy of the timed loop, at its own code address, that both sides ran.
  public let layout: Int

  /// The block of consecutive rounds, counted within process and layout.
  public let block: Int

  /// log(arm / baseline) of their times per operation; negative where the arm was faster.
  public let logRatio: Double

  public init(process: Int, layout: Int, block: Int, logRatio: Double) {
    self.process = process
    self.layout = layout
    self.block = block
    self.logRatio = logRatio
  }
}
