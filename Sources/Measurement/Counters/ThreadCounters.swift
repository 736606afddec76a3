/// All that is counted of the calling thread beside the time.
public final class ThreadCounters {
  public let events = EventGroup()

  public init() {}

  /// Does something and counts. Costs four system calls, two where no hardware event is counted; on
  /// the virtual machine that this was written on, 0.7 us.
  public func counting<Result>(
    _ body: () throws -> Result
  ) rethrows -> (Result, ThreadCounts) {
    // The hardware is read next to the body, so that its counts are of little else.
    let usageBefore = ResourceUsage.ofThread()
    let eventsBefore = events.read()
    let result = try body()
    let eventsAfter = events.read()
    let usage = ResourceUsage.ofThread().since(usageBefore)
    return (
      result,
      ThreadCounts(
        events: eventsAfter.counts(since: eventsBefore),
        contextSwitches: usage.contextSwitches,
        pageFaults: usage.pageFaults)
    )
  }
}

/// What was counted of a thread over a stretch of its work.
public struct ThreadCounts: Equatable, Sendable {
  /// In the order of ``EventGroup/events``; nil where the CPU's counters were taken by others.
  public var events: [UInt64]?
  public var contextSwitches: Int
  public var pageFaults: Int

  public init(events: [UInt64]?, contextSwitches: Int, pageFaults: Int) {
    self.events = events
    self.contextSwitches = contextSwitches
    self.pageFaults = pageFaults
  }
}
