internal import Glibc

/// The clock that timed blocks are read from: not slewed by NTP, never set back.
///
/// The corresponding C call is `clock_gettime(CLOCK_MONOTONIC_RAW)`.
public enum MonotonicRawClock {
  /// Nanoseconds since an arbitrary point in the past. Costs tens of nanoseconds.
  public static func now() -> UInt64 {
    var time = timespec()
    // Cannot fail: Linux has had this clock since 2.6.28, and the pointer is valid.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC_RAW, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// What this clock resolves and what reading it costs, measured now: they bound the shortest
  /// block worth timing. Takes about 2 ms.
  ///
  /// - Returns: The step in which readings advance (at least 1 ns), and the median cost of one
  ///   reading.
  public static func stepAndCost() -> (stepNanoseconds: UInt64, costNanoseconds: Double) {
    let batches = 32
    let readingsPerBatch = 1024
    var differences: [UInt64] = []
    var costs: [Double] = []
    var readings = [UInt64](repeating: 0, count: readingsPerBatch)
    for _ in 0..<batches {
      for index in readings.indices { readings[index] = now() }
      differences += zip(readings.dropFirst(), readings).map { $0 - $1 }
      costs.append(Double(readings.last! - readings.first!) / Double(readingsPerBatch - 1))
    }
    return (step(ofDifferences: differences), Statistics.median(costs))
  }

  /// The spacing of the lattice that the differences between consecutive readings lie on.
  ///
  /// Their greatest common divisor will not do: a counter that advances every 10 ns, scaled and
  /// rounded to whole nanoseconds, shows differences of 20, 21, 30 and 31. So neighbouring values
  /// count as one lattice point, and values too rare to be the clock's own (interrupts, the
  /// hypervisor) are left out. One run of neighbours alone means a clock of whole nanoseconds.
  static func step(ofDifferences differences: [UInt64]) -> UInt64 {
    let rare = differences.count / 1000
    let common = Dictionary(grouping: differences) { $0 }
      .filter { $0.value.count > rare }
      .keys.sorted()
    var latticePoints: [UInt64] = []
    for (index, difference) in common.enumerated()
    where index == 0 || difference - common[index - 1] > 1 {
      latticePoints.append(difference)
    }
    return zip(latticePoints.dropFirst(), latticePoints).map { $0 - $1 }.min() ?? 1
  }
}
