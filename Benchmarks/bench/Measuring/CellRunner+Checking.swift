import Measurement
import Results
import TimedLoops

extension CellRunner {
  /// Every arm and twin over the whole workload, eight visits at a time, against the oracle.
  func verify() throws(WrongAnswer) {
    let loop = cell.operation.verifyingLoop(cell.mode)
    let streams =
      loop.mode == cell.mode
      ? self.streams
      : Streams(workload, cell, loop, Set(runs.map { maps.shape($0.place) }))
    let writing = cell.operation.writing
    for run in runs where run.arm.role != .empty {
      let steps = streams[maps.shape(run.place)]
      writing?.undo(maps, run.place, workload)
      let timed = timedLoops[run.arm.symbol(cell.operation, loop.mode, layout: 0)]!
      let base = maps.base(run.place)
      if let (window, sum) = timed.firstWrongAnswer(steps, base: base) {
        let walk = ThreadTeam.Walk(stream: steps, window: window, origin: MapOrigin(base))
        throw wrong(run, walk, sum: sum)
      }
      try settle(loop.references, run, [(workload.visits.indices, MapOrigin(base), passes: 1)])
      if let problem = writing?.problem(maps, run.place, workload) {
        throw WrongAnswer(description: "\(run.arm.name) in \(cell.summary): \(problem)")
      }
    }
  }

  /// Each thread's walk where the first one walks over a window: the others over those after it.
  func walks(_ run: ArmRun, _ window: Range<Int>) -> [ThreadTeam.Walk] {
    let (stream, base, shape) = (stream(run), maps.base(run.place), maps.shape(run.place))
    let firstReader = cell.threads - (cell.readers ?? 0)
    return (0..<cell.threads).map { thread in
      let start = (window.lowerBound + thread * window.count) % workload.visits.count
      return ThreadTeam.Walk(
        stream: thread < firstReader ? stream : emptyStream, window: start..<start + window.count,
        origin: shape.origin(base, pages: thread * cell.pattern.pagesBetweenThreads))
    }
  }

  /// Runs an arm's loop over a window, on all threads, checks the sums, and gives references back.
  ///
  /// - Returns: how long the loops took in nanoseconds, of several threads in the slowest.
  @discardableResult
  func pass(
    _ index: Int, _ layout: Int, _ window: Range<Int>
  ) throws(WrongAnswer) -> UInt64 {
    let run = runs[index]
    let walks = walks(run, window)
    let passes = team.walk(run.loops[layout], walks, readers: readers(layout))
    try settle(run, walks, passes)
    return slowest(passes)
  }

  /// The same, with what was counted meanwhile. Counters are read outside the time, and the checks
  /// are outside both.
  func countedPass(
    _ index: Int, _ layout: Int, _ window: Range<Int>
  ) throws(WrongAnswer) -> (elapsed: UInt64, threads: [UInt64], counts: ThreadCounts) {
    let run = runs[index]
    let (loop, walks, readers) = (run.loops[layout], walks(run, window), readers(layout))
    let (passes, counts) = counters.counting { team.walk(loop, walks, readers: readers) }
    try settle(run, walks, passes)
    return (slowest(passes), cell.threads > 1 ? passes.map(\.elapsed) : [], counts)
  }

  private func readers(_ layout: Int) -> (count: Int, loop: TimedLoop)? {
    cell.readers.map { ($0, readerLoops[layout]) }
  }

  /// Of those that do the operation, and where none does, of all.
  private func slowest(_ passes: [ThreadTeam.Pass]) -> UInt64 {
    passes.prefix(cell.timedThreads).map(\.elapsed).max()!
  }

  func stream(_ run: ArmRun) -> Stream {
    run.arm.role == .empty ? emptyStream : streams[maps.shape(run.place)]
  }

  /// Checks the sums of passes, and gives references back.
  private func settle(
    _ run: ArmRun, _ walks: [ThreadTeam.Walk], _ passes: [ThreadTeam.Pass]
  ) throws(WrongAnswer) {
    for (walk, pass) in zip(walks, passes)
    where !pass.areAlike
      || !walk.stream.accepts(pass.sum, window: walk.window, origin: walk.origin)
    {
      throw wrong(run, walk, sum: pass.sum)
    }
    guard run.arm.role != .empty else { return }
    let takers = zip(walks, passes).prefix(cell.threads - (cell.readers ?? 0))
    try settle(
      loop.references, run,
      takers.map { ($0.window, $0.origin, passes: $1.count) })
  }

  /// Gives back what passes took or dropped, and sees that references were conserved.
  func settle(
    _ use: ReferenceUse, _ run: ArmRun,
    _ walks: [(window: Range<Int>, origin: MapOrigin, passes: Int)]
  ) throws(WrongAnswer) {
    func expectNone(_ problem: String?) throws(WrongAnswer) {
      guard let problem else { return }
      throw WrongAnswer(description: "\(run.arm.name) in \(cell.summary): \(problem)")
    }
    for walk in walks {
      try expectNone(references(run, walk.origin).giveBack(use, walk.window, passes: walk.passes))
    }
    // Threads visit the same folios: first all of them have to have theirs back.
    for walk in walks {
      try expectNone(references(run, walk.origin).check(use, walk.window))
    }
  }

  private func references(_ run: ArmRun, _ origin: MapOrigin) -> References {
    References(workload: workload, shape: maps.shape(run.place), origin: origin)
  }

  /// Lends the folios of all arms' maps what passes drop; with a negative count takes it back.
  func lendReferences(_ count: Int32 = ReferenceUse.lent) {
    guard loop.references.isDropping else { return }
    for run in runs where run.arm.role != .empty {
      references(run, MapOrigin(maps.base(run.place))).lend(count, pages: cell.pages)
    }
  }

  func wrong(_ run: ArmRun, _ walk: ThreadTeam.Walk, sum: UInt) -> WrongAnswer {
    let relative = walk.stream.relative(sum, window: walk.window, origin: walk.origin)
    return WrongAnswer(
      description:
        "\(run.arm.name) (\(run.arm.role.rawValue)) in \(cell.summary): wrong answers for "
        + "visits \(walk.window): checksum \(Checksum(UInt64(relative))), expected "
        + "\(Checksum(UInt64(walk.stream.answer(window: walk.window))))")
  }
}
