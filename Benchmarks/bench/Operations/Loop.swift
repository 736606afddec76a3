import Vmemmap

/// How an operation on struct pages is timed in a mode, and what is known of its results.
struct Loop: Sendable {
  let mode: Mode
  let shell: Shell
  let answer: Answer
  let references: ReferenceUse
  /// Whether flags or count of the head are read, and not its address alone.
  let readsHead: Bool

  init(
    _ mode: Mode, in shell: Shell = .throughput, _ answer: Answer,
    references: ReferenceUse = .none, readsHead: Bool = false
  ) {
    self.mode = mode
    self.shell = shell
    self.answer = answer
    self.references = references
    self.readsHead = readsHead
  }

  /// The same loop without an operation.
  var empty: Loop { Loop(mode, in: shell, .page) }

  /// An operation's loops over pages that do not wait for each other, and in a chain.
  static func independentAndChained(
    _ answer: Answer, references: ReferenceUse = .none
  ) -> [Loop] {
    [
      Loop(.throughput, answer, references: references),
      Loop(.latency, in: .latency, answer, references: references),
    ]
  }
}

/// What stands around the operation in a timed loop, by the name of the empty one.
enum Shell: String {
  /// Independent steps, each a page.
  case throughput
  /// Each page is known by the answer for the one before.
  case latency
  /// Independent steps, each a run of pages.
  case runs

  /// How many words the loop reads of its stream in a step.
  var wordsPerStep: Int { self == .runs ? 2 : 1 }
}

/// What a step visits: a page, or a run of pages of one folio.
struct Visit: Hashable {
  let pages: Range<PageFrameNumber>
  /// Of all folios of the map.
  let order: Int

  var first: PageFrameNumber { pages.lowerBound }
  /// The first page frame of the folio.
  var head: PageFrameNumber { (first >> order) << order }
  /// Whether the first page is a tail.
  var isTail: Bool { first != head }
  var isCompound: Bool { order > 0 }
}

/// What the steps of an operation's loops visit.
enum Visits: Sendable {
  case pages
  /// The run that is visited from a page frame on, which the cell's page class and pattern give.
  case runs(@Sendable (PageFrameNumber, Cell) -> Range<PageFrameNumber>)
}

/// The right answer for a visit, by arithmetic on page frames alone; addresses as on a map whose base
/// is 0.
enum Answer: Sendable {
  /// The address of the visited page, as the empty loops give it.
  case page
  /// The address of the folio's head, and so much more; the next page of a chain is reached from there.
  case head(plus: @Sendable (Cell) -> UInt)
  /// A number; the next page is reached from so far behind the visited one.
  case number(@Sendable (Visit, Cell) -> UInt)

  static let head = Answer.head { _ in 0 }
}

/// What a pass of a loop does to reference counts.
enum ReferenceUse: Sendable {
  case none
  /// Takes a reference in each visit, on the folio that a page frame is the first of; where that is
  /// nil, it takes none. They are given back after the pass.
  case taken(@Sendable (Visit) -> PageFrameNumber?)
  /// Takes references and drops them.
  case returned
}

/// What an operation writes to struct pages besides counts, and how that is verified.
struct Writing: Sendable {
  /// Undoes it on a workload's pages of the map in a place.
  let undo: @Sendable (MapSet, _ place: Int, Workload) -> Void
  /// What is wrong after it was done to all of them, if anything.
  let problem: @Sendable (MapSet, _ place: Int, Workload) -> String?
}

/// What a call does to folios.
enum HVOChange {
  case optimize, restore
}
