internal import CMeasurement
internal import Glibc
internal import SystemPackage

/// Hardware events of the thread that made the group, counted together from then on.
///
/// Whoever reads it, counts are of the thread that made it.
public final class EventGroup {
  /// The events that are counted, in the order of their counts.
  public let events: [HardwareEvent]
  /// Why the others are not.
  public let unavailable: [HardwareEvent: EventUnavailable]

  /// The leader first.
  private let counters: [Counter]

  /// Counts as many events as the CPU has, and can count together. Costs some microseconds each.
  ///
  /// The corresponding C function is `perf_event_open`.
  public convenience init() {
    self.init { $0.selector }
  }

  init(selecting selector: (HardwareEvent) -> EventSelector) {
    var events: [HardwareEvent] = []
    var unavailable: [HardwareEvent: EventUnavailable] = [:]
    var counters: [Counter] = []
    for event in HardwareEvent.allCases {
      do throws(EventUnavailable) {
        let counter = try Counter(selector(event), leader: counters.first)
        // The kernel takes a group that finds no room, say beside its NMI watchdog, and does not
        // count it.
        guard (counters + [counter]).areCounting else { throw .noCounterLeft }
        counters.append(counter)
        events.append(event)
      } catch {
        unavailable[event] = error
      }
    }
    self.events = events
    self.unavailable = unavailable
    self.counters = counters
  }

  /// What the group stands at. Costs one system call; none where nothing is counted.
  public func read() -> Reading { counters.read() }

  /// What a group stood at, at some time.
  public struct Reading {
    /// For how long the group was to count, and for how long it did, in nanoseconds.
    var enabled: UInt64 = 0
    var running: UInt64 = 0
    var values: [UInt64] = []

    /// What was counted since an earlier reading, in the order of ``EventGroup/events``.
    ///
    /// - Returns: nil when the group had to leave the CPU's counters to others for a time.
    public func counts(since earlier: Reading) -> [UInt64]? {
      guard running &- earlier.running == enabled &- earlier.enabled else { return nil }
      return zip(values, earlier.values).map { $0 &- $1 }
    }
  }
}

/// One open counter.
private final class Counter {
  let descriptor: CInt

  init(_ selector: EventSelector, leader: Counter?) throws(EventUnavailable) {
    do throws(Errno) {
      descriptor = try Counter.open(selector, group: leader?.descriptor ?? -1)
    } catch .invalidArgument where leader != nil && Counter.isCountable(selector) {
      throw .noCounterLeft
    } catch {
      throw EventUnavailable(error)
    }
  }

  deinit { close(descriptor) }

  /// The kernel has one error for an event that it does not know and for a group too large.
  private static func isCountable(_ selector: EventSelector) -> Bool {
    (try? Counter(selector, leader: nil)) != nil
  }

  private static func open(_ selector: EventSelector, group: CInt) throws(Errno) -> CInt {
    let descriptor = cms_open_counter(selector.type, selector.config, group)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    return descriptor
  }
}

extension [Counter] {
  /// Whether the group is on the CPU's counters now.
  fileprivate var areCounting: Bool {
    let first = read()
    let second = read()
    return second.running > first.running && second.counts(since: first) != nil
  }

  fileprivate func read() -> EventGroup.Reading {
    var reading = EventGroup.Reading()
    guard let leader = first else { return reading }
    // How many values follow, and the two times: PERF_FORMAT_GROUP.
    let header = 3
    unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: header + count) { words in
      let size = words.count * MemoryLayout<UInt64>.stride
      // Short only for a group in an error state, which no group without PERF_EVENT_PINNED gets into.
      guard unsafe Glibc.read(leader.descriptor, words.baseAddress, size) == size else { return }
      reading.enabled = unsafe words[1]
      reading.running = unsafe words[2]
      reading.values = unsafe [UInt64](words[header...])
    }
    return reading
  }
}
