import ArgumentParser
import Vmemmap

/// What is timed, and all that the bench knows of it. Each has a file beside this one.
///
/// Those of one name are one.
struct Operation: RawRepresentable, Hashable, Codable, ExplainedValue, Sendable {
  /// The name: in results, in the symbols of timed loops, and on the command line.
  let rawValue: String
  /// What it does, in about six words.
  let meaning: String
  /// The loops over struct pages that time it, one for each mode; the steps of the first one are
  /// independent. None where whole calls are timed.
  let loops: [Loop]
  /// What a step of the loops visits.
  let visits: Visits
  /// What it writes to struct pages besides counts.
  let writing: Writing?
  /// What its calls do to batches of whole folios, of which the footprint's are one; nil where there
  /// are loops.
  let hvoChange: HVOChange?
  /// Who is compared, but for loops that say otherwise.
  private let commonContenders: [Contender]
  /// The arm that all others are compared with; nil for the old kernel's in the cell's state of HVO,
  /// or the one asked for.
  let baseline: String?
  /// Whether a cell can be made of the operation.
  let applies: @Sendable (Cell) -> Bool
  /// Whether a table of everything has it; others are measured where they are asked for by name, and in
  /// the preset full.
  let isTabled: Bool
  /// Whether a cell says enough for a table of everything, if it does so by its other axes.
  let isEssential: @Sendable (Cell) -> Bool
  /// How much measuring time a cell gets; most get 1.
  let weight: @Sendable (Cell) -> Double

  /// An operation that is timed in loops over struct pages.
  init(
    _ name: String, _ meaning: String, loops: [Loop], visits: Visits = .pages,
    writing: Writing? = nil,
    of contenders: [Contender], baseline: String? = nil,
    applies: @escaping @Sendable (Cell) -> Bool = { !$0.pattern.isOnePageEach },
    isTabled: Bool = true,
    isEssential: @escaping @Sendable (Cell) -> Bool = { _ in true }, weight: Double = 1
  ) {
    rawValue = name
    self.meaning = meaning
    self.loops = loops
    self.visits = visits
    self.writing = writing
    hvoChange = nil
    commonContenders = contenders
    self.baseline = baseline
    self.applies = applies
    self.isTabled = isTabled
    self.isEssential = isEssential
    self.weight = { _ in weight }
  }

  /// An operation that is timed in calls on whole folios, all of one thread.
  init(
    _ name: String, _ meaning: String, _ change: HVOChange, of contenders: [Contender],
    weight: @escaping @Sendable (Cell) -> Double
  ) {
    rawValue = name
    self.meaning = meaning
    loops = []
    visits = .pages
    writing = nil
    hvoChange = change
    commonContenders = contenders
    baseline = nil
    applies = { $0.pageClass == .head && $0.hvo == .on && $0.threads == 1 }
    isTabled = false
    isEssential = { _ in true }
    self.weight = weight
  }

  static func == (some: Operation, other: Operation) -> Bool { some.rawValue == other.rawValue }

  func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

// MARK: - By name

extension Operation {
  /// The kernel's operations, which is what a person can ask for.
  static let kernel: [Operation] = [
    .compoundHead, .pageHead, .pageTail, .pageCompound, .pageZonenum, .pageRefAddUnless,
    .folioTryGet, .putPage, .prepCompoundPage, .scanPFNs, .zapPages, .zapBatch, .gupFast,
    .unpinPages,
    .hvoOptimize, .hvoRestore,
  ]

  /// Those of a table of everything.
  static let tabled = kernel.filter(\.isTabled)

  init?(rawValue: String) {
    self.init(rawValue, among: Operation.kernel + [.selfTest])
  }

  init?(argument: String) {
    self.init(argument, among: Operation.kernel)
  }

  private init?(_ name: String, among operations: [Operation]) {
    guard let operation = operations.first(where: { $0.rawValue == name }) else { return nil }
    self = operation
  }

  static var explained: [(value: String, meaning: String)] {
    kernel.map { ($0.rawValue, $0.meaning) }
  }
}

// MARK: - What follows

extension Operation {
  var modes: [Mode] { changesHVO ? [.throughput] : loops.map(\.mode) }

  /// Who is compared in a mode; a cell has those that are right in its state of HVO.
  func contenders(_ mode: Mode) -> [Contender] {
    guard !changesHVO else { return commonContenders }
    let contenders = loop(mode).contenders ?? commonContenders
    return contenders + Contender.inC(of: self, mode, contenders)
  }

  /// Who is compared in some mode.
  var contenders: [Contender] { modes.flatMap { contenders($0) } }

  /// Whether the operation can be measured over folios of several orders, if that is asked for.
  func allowsPopulation(_ cell: Cell) -> Bool {
    guard cell.population != nil else { return true }
    guard writing == nil, let loop = loops.first(where: { $0.mode == cell.mode }),
      loop.chain == nil, !cell.pattern.isOnePageEach
    else { return false }
    // Flags of heads are those of one order.
    return cell.mode != .consumerFlags
  }

  /// Whether threads that only read the count can stand beside those that do the operation, if asked for.
  func allowsReaders(_ cell: Cell) -> Bool {
    guard cell.readers != nil else { return true }
    guard let loop = loops.first(where: { $0.mode == cell.mode }) else { return false }
    return switch loop.shell {
    case .throughput, .spaced: loop.references.isTaking
    case .latency, .runs: false
    }
  }

  /// Whether folios are optimised or restored, instead of struct pages visited.
  var changesHVO: Bool { hvoChange != nil }

  /// The loop that times it.
  ///
  /// - Precondition: there are loops, and one of that mode.
  func loop(_ mode: Mode) -> Loop {
    guard let loop = loops.first(where: { $0.mode == mode }) else {
      preconditionFailure("\(rawValue) has no loop \(mode.rawValue)")
    }
    return loop
  }

  /// The loop that shows whether all answers are right: the mode's own, or where that is a chain, which
  /// a wrong answer would lead astray, the first one.
  func verifyingLoop(_ mode: Mode) -> Loop {
    let loop = loop(mode)
    return loop.chain == nil ? loop : loops[0]
  }
}
