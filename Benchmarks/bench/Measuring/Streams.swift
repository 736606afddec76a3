import Vmemmap

/// A workload in the form that the timed loops read, with the sums that they must return.
struct Stream {
  /// What the loop's shell reads in each step.
  let steps: [UInt]
  let wordsPerStep: Int
  /// Where each window of a chain starts: the offset of the page that each step is taken at.
  let starts: [UInt]
  /// `expected[i]` is the sum of the answers to the first `i` visits, on a map whose base is 0.
  let expected: [UInt]
  /// `bases[i]` is how often the base is part of them: once for each address.
  private let bases: [UInt]
  /// Whether those are addresses of struct pages, or of heads.
  private let answersPages: Bool

  var count: Int { starts.count }

  /// Whether a loop over `window` of a map returned what the oracle says.
  func accepts(_ sum: UInt, window: Range<Int>, origin: MapOrigin) -> Bool {
    relative(sum, window: window, origin: origin) == answer(window: window)
  }

  /// What a loop over `window` of a map returned, as on a map whose base is 0.
  func relative(_ sum: UInt, window: Range<Int>, origin: MapOrigin) -> UInt {
    sum &- (answersPages ? origin.pages : origin.heads)
      &* (bases[window.upperBound] &- bases[window.lowerBound])
  }

  /// The right sum over a window, on a map whose base is 0.
  func answer(window: Range<Int>) -> UInt {
    expected[window.upperBound] &- expected[window.lowerBound]
  }
}

extension Stream {
  /// The stream for a loop's arms on maps of a shape.
  init(_ workload: Workload, _ cell: Cell, _ loop: Loop, _ shape: MapShape) {
    let visits = workload.visits
    let offsets = visits.map { shape.page($0.first) }
    let answers = loop.answer.right(for: visits, workload.folios, cell, shape)
    switch loop.shell {
    case .throughput, .spaced:
      steps = offsets
      wordsPerStep = 1
    case .latency:
      // An address leads on, a number with the page itself. The last page leads to the first.
      let links = zip(offsets, answers).map { $1.bases == 0 ? $0 &+ $1.word : $1.word }
      steps = zip(offsets[1...] + [offsets[0]], links).map { $0 &- $1 }
      wordsPerStep = 1
    case .runs:
      steps = zip(visits, offsets).flatMap { [$1, UInt($0.pages.count)] }
      wordsPerStep = 2
    }
    starts = offsets
    expected = answers.runningSums(\.word)
    bases = answers.runningSums(\.bases)
    if case .page = loop.answer { answersPages = true } else { answersPages = false }
  }
}

extension Answer {
  /// The right answers for visits: of each so often the base of the map, and a word.
  fileprivate func right(
    for visits: [Visit], _ folios: Folios, _ cell: Cell, _ shape: MapShape
  ) -> [(bases: UInt, word: UInt)] {
    switch self {
    case .page: return visits.map { (1, shape.page($0.first)) }
    case .head(let more):
      let more = more(cell)
      return visits.map { (1, shape.head($0.first, order: $0.order) &+ more) }
    case .heads(let forEachPage):
      return visits.map { visit in
        var answer: (bases: UInt, word: UInt) = (0, 0)
        forEachPage(visit, folios) { pfn in
          answer.bases += 1
          answer.word &+= shape.head(pfn, order: folios.order(of: pfn))
        }
        return answer
      }
    case .number(let number): return visits.map { (0, number($0, cell)) }
    }
  }
}

extension Sequence {
  /// The sums of nothing, of the first element, of the first two, and so on.
  fileprivate func runningSums(_ word: (Element) -> UInt) -> [UInt] {
    var sums: [UInt] = [0]
    sums.reserveCapacity(underestimatedCount + 1)
    var sum: UInt = 0
    for element in self {
      sum &+= word(element)
      sums.append(sum)
    }
    return sums
  }
}

/// The streams of a cell's arms, by the shape of their maps.
struct Streams {
  private let streams: [MapShape: Stream]

  init(_ workload: Workload, _ cell: Cell, _ loop: Loop, _ shapes: Set<MapShape>) {
    streams = Dictionary(
      uniqueKeysWithValues: shapes.map { ($0, Stream(workload, cell, loop, $0)) })
  }

  subscript(shape: MapShape) -> Stream { streams[shape]! }
}
