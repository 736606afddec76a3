extension Statistics {
  /// By how much an arm's times still moved while they were measured: the median of the last third
  /// of its rounds over that of the first third, less 1; of several processes the median.
  ///
  /// -0.02 means that the last rounds took 2 % less than the first. The middle third belongs to
  /// neither, so that the two do not touch.
  ///
  /// - Parameters:
  ///   - processes: each process's times of the arm, in the order of its rounds, warm-up left out.
  ///   - turn: rounds in which everything that alternates, such as layouts, has had its turn:
  ///     thirds are cut down to whole turns, or they would differ by what they hold.
  /// - Returns: Nil when no process has three turns.
  public static func drift(_ processes: [[Double]], turn: Int = 1) -> Double? {
    precondition(turn > 0, "a turn has at least one round")
    let drifts = processes.compactMap { times -> Double? in
      let third = times.count / 3 / turn * turn
      guard third > 0 else { return nil }
      return median(Array(times.suffix(third))) / median(Array(times.prefix(third))) - 1
    }
    return drifts.isEmpty ? nil : median(drifts)
  }
}
