import CMeasurement
import Foundation
import SystemPackage
import Testing

@testable import Measurement

/// Software events stand in for the hardware's, which few virtual machines have.
///
/// Serialized, because open files are counted.
@Suite("Event groups", .serialized)
struct EventGroupTests {
  /// False where settings or a container forbid `perf_event_open(2)`.
  private static let isPermitted = !EventGroup { _ in pageFaults }.events.isEmpty

  private static let pageFaults = EventSelector(
    type: PERF_TYPE_SOFTWARE.rawValue, config: UInt64(PERF_COUNT_SW_PAGE_FAULTS.rawValue))
  private static let majorFaults = EventSelector(
    type: PERF_TYPE_SOFTWARE.rawValue, config: UInt64(PERF_COUNT_SW_PAGE_FAULTS_MAJ.rawValue))
  private static let unknown = EventSelector(type: .max, config: 0)

  /// Page faults for `events`, faults that need a disk for the others.
  private func group(faultsFor events: Set<HardwareEvent>) -> EventGroup {
    EventGroup { events.contains($0) ? Self.pageFaults : Self.majorFaults }
  }

  @Test(
    "All events of a group are read at once, in the order of its events",
    .enabled(if: isPermitted))
  func order() throws {
    let group = group(faultsFor: [.instructions, .dtlbMisses])
    try #require(group.events == HardwareEvent.allCases)
    let before = group.read()
    touchFreshPages(100)
    let counts = try #require(group.read().counts(since: before))
    let byEvent = Dictionary(uniqueKeysWithValues: zip(group.events, counts))
    #expect((100..<200).contains(byEvent[.instructions]!))
    #expect(byEvent[.dtlbMisses] == byEvent[.instructions])
    #expect(byEvent.count { $0.value == 0 } == 4)
  }

  @Test(
    "Counting goes on between readings, and each difference is of its own stretch",
    .enabled(if: isPermitted))
  func stretches() throws {
    let group = group(faultsFor: [.cycles])
    try #require(group.events == HardwareEvent.allCases)
    let first = group.read()
    touchFreshPages(50)
    let second = group.read()
    let third = group.read()
    #expect(try #require(second.counts(since: first))[0] >= 50)
    #expect(try #require(third.counts(since: second))[0] < 10)
  }

  @Test(
    "Another thread's events are not counted",
    .enabled(if: isPermitted))
  func otherThreads() throws {
    let group = group(faultsFor: [.cycles])
    try #require(group.events == HardwareEvent.allCases)
    let before = group.read()
    let thread = Thread { touchFreshPages(1000) }
    thread.start()
    while !thread.isFinished { usleep(1000) }
    #expect(try #require(group.read().counts(since: before))[0] < 500)
  }

  @Test(
    "An event that the kernel does not know is left out with the reason; others are counted",
    .enabled(if: isPermitted))
  func unknownEvent() throws {
    let group = EventGroup {
      $0 == .cycles || $0 == .branches ? Self.unknown : Self.pageFaults
    }
    #expect(group.events == [.instructions, .branchMisses, .l1dMisses, .dtlbMisses])
    #expect(group.unavailable == [.cycles: .noSuchEvent, .branches: .noSuchEvent])
    let before = group.read()
    touchFreshPages(10)
    #expect(try #require(group.read().counts(since: before)).allSatisfy { $0 >= 10 })
  }

  @Test("Where no event is known, a reading has no counts")
  func nothing() {
    let group = EventGroup { _ in Self.unknown }
    #expect(group.events == [])
    #expect(group.read().counts(since: group.read()) == [])
  }

  @Test("Counts of a stretch in which others had the counters are withheld")
  func multiplexed() {
    let before = EventGroup.Reading(enabled: 1000, running: 1000, values: [5])
    let whole = EventGroup.Reading(enabled: 3000, running: 3000, values: [9])
    let partial = EventGroup.Reading(enabled: 3000, running: 2999, values: [9])
    #expect(whole.counts(since: before) == [4])
    #expect(partial.counts(since: before) == nil)
  }

  @Test("Of this machine's hardware events, each is counted or has a reason")
  func hardware() {
    let group = EventGroup()
    #expect(Set(group.events).isDisjoint(with: group.unavailable.keys))
    #expect(Set(group.events).union(group.unavailable.keys) == Set(HardwareEvent.allCases))
  }

  @Test(
    "A group leaves no open file behind",
    .enabled(if: isPermitted))
  func descriptors() {
    do {
      let group = group(faultsFor: [.cycles])
      #expect(openCounters() == group.events.count)
    }
    #expect(openCounters() == 0)
  }

  private func openCounters() -> Int {
    let directory = "/proc/self/fd/"
    let files = try? FileManager.default.contentsOfDirectory(atPath: directory)
    return (files ?? []).count {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: directory + $0))?
        .contains("perf_event") ?? false
    }
  }

  @Test(
    "A failure to open is told by what it means",
    arguments: [
      (.noSuchFileOrDirectory, .noSuchEvent), (.notSupportedOnSocket, .noSuchEvent),
      (.operationNotSupportedByDevice, .noSuchEvent),
      (.permissionDenied, .notPermitted(.permissionDenied)),
      (.notPermitted, .notPermitted(.notPermitted)),
      (.noFunction, .system(.noFunction)),
    ] as [(Errno, EventUnavailable)]
  )
  func reasons(errno: Errno, reason: EventUnavailable) {
    #expect(EventUnavailable(errno) == reason)
  }

  @Test("Where counting is forbidden, the setting that allows it is named")
  func forbidden() {
    let reason = EventUnavailable.notPermitted(.permissionDenied)
    #expect(reason.command == "sysctl -w kernel.perf_event_paranoid=2")
    #expect(reason.description.contains("perf_event_paranoid"))
    #expect(EventUnavailable.noSuchEvent.command == nil)
  }

  @Test("Counting runs the body once, gives its result, and counts what it did")
  func counting() {
    var runs = 0
    let (result, counts) = ThreadCounters().counting {
      runs += 1
      touchFreshPages(100)
      return 7
    }
    #expect(result == 7)
    #expect(runs == 1)
    #expect((100..<200).contains(counts.pageFaults))
  }
}
