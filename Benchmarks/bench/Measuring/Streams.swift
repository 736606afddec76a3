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
  /// How often the base is part of an answer: 1 where the answer is an address, 0 where it is not.
  let basesPerAnswer: UInt

  var count: Int { starts.count }

  /// Whether a loop over `window` of a map at `base` returned what the oracle says.
  func accepts(_ sum: UInt, window: Range<Int>, base: UInt) -> Bool {
    sum == answer(window: window) &+ UInt(window.count) &* base &* basesPerAnswer
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
    let answers: [UInt]
    let isAddress: Bool
    switch loop.answer {
    case .page:
      answers = offsets
      isAddress = true
    case .head(let more):
      let more = more(cell)
      answers = visits.map { shape.head($0.first, order: $0.order) &+ more }
      isAddress = true
    case .number(let number):
      answers = visits.map { number($0, cell) }
      isAddress = false
    }
    switch loop.shell {
    case .throughput, .spaced:
      steps = offsets
      wordsPerStep = 1
    case .latency:
      // An address leads on, a number with the page itself. The last page leads to the first.
      let links = isAddress ? answers : zip(offsets, answers).map { $0 &+ $1 }
      steps = zip(offsets[1...] + [offsets[0]], links).map { $0 &- $1 }
      wordsPerStep = 1
    case .runs:
      steps = zip(visits, offsets).flatMap { [$1, UInt($0.pages.count)] }
      wordsPerStep = 2
    }
    starts = offsets
    var sum: UInt = 0
    var sums: [UInt] = [sum]
    sums.reserveCapacity(answers.count + 1)
    for answer in answers {
      sum &+= answer
      sums.append(sum)
    }
    expected = sums
    basesPerAnswer = isAddress ? 1 : 0
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
