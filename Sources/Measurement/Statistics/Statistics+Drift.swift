extension Statistics {
  /// By how much an arm's times still moved while they were measured: the median of the last thirds
  /// of its processes' rounds over that of the first thirds, less 1.
  ///
  /// -0.02 means that the last rounds took 2 % less than the first. The middle third belongs to
  /// neither, so that the two do not touch. Each time counts by its ratio to the level of its layout
  /// in its process, halfway between the two thirds, so that neither layouts nor processes that differ
  /// are drift; and the ratios of all processes are put together, because of the few rounds that each
  /// has chance alone would make a third some per cent slower than another.
  ///
  /// - Parameter processes: each process's times of the arm and the code layout of each, in the order
  ///   of its rounds, warm-up left out. A layout that is not in both thirds has no say.
  /// - Returns: Nil when none has a say.
  public static func drift(_ processes: [[(layout: Int, time: Double)]]) -> Double? {
    var first: [Double] = []
    var last: [Double] = []
    for rounds in processes {
      let third = rounds.count / 3
      let begin = Dictionary(grouping: rounds.prefix(third), by: \.layout)
      let end = Dictionary(grouping: rounds.suffix(third), by: \.layout)
      for layout in Set(begin.keys).intersection(end.keys) {
        let (early, late) = (begin[layout]!.map(\.time), end[layout]!.map(\.time))
        let level = (median(early) + median(late)) / 2
        first += early.map { $0 / level }
        last += late.map { $0 / level }
      }
    }
    return first.isEmpty ? nil : median(last) / median(first) - 1
  }
}
