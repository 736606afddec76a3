import Results
import Vmemmap

/// How an operation on struct pages is timed in a mode, and what is known of its results.
struct Loop: Sendable {
  let mode: Mode
  let shell: Shell
  let answer: Answer
  let references: ReferenceUse
  /// Whether flags or count of the head are read, and not its address alone.
  let readsHead: Bool
  /// Whether of each head its order is read, which the next struct page has.
  let readsOrder: Bool
  /// Whether all pages of a run are read or written, and not only those whose heads are the answer.
  let looksAtAllPages: Bool
  /// Whether code that tells fake heads from heads does so here.
  let tellsFakeHeads: Bool
  /// Who is compared, where that is not the operation's.
  let contenders: [Contender]?
  /// Whether the ratio of two arms' times says something where what they visit lies in that level of
  /// the caches. Where it does not, their difference may.
  let hasRatio: @Sendable (CacheLevel) -> Bool

  init(
    _ mode: Mode, in shell: Shell = .throughput, _ answer: Answer,
    references: ReferenceUse = .none, readsHead: Bool = false, readsOrder: Bool = false,
    looksAtAllPages: Bool = false, tellsFakeHeads: Bool = true,
    of contenders: [Contender]? = nil,
    hasRatio: @escaping @Sendable (CacheLevel) -> Bool = { _ in true }
  ) {
    self.mode = mode
    self.shell = shell
    self.answer = answer
    self.references = references
    self.readsHead = readsHead
    self.readsOrder = readsOrder
    self.looksAtAllPages = looksAtAllPages
    self.tellsFakeHeads = tellsFakeHeads
    self.contenders = contenders
    self.hasRatio = hasRatio
  }

  /// The same loop without an operation.
  var empty: Loop { Loop(mode, in: shell, .page) }

  /// What each step waits for; nil where steps are independent.
  var chain: Chain? {
    if case .latency(let chain) = shell { chain } else { nil }
  }
}

/// What stands around the operation in a timed loop.
enum Shell: Sendable {
  /// Independent steps, each a page.
  case throughput
  /// The same, each at a stated distance from the one before.
  case spaced
  /// Each page is known by the answer for the one before.
  case latency(Chain)
  /// Independent steps, each a run of pages.
  case runs

  /// The mode of the empty loop.
  var name: String {
    switch self {
    case .throughput: "throughput"
    case .spaced: "spaced"
    case .latency: "latency"
    case .runs: "runs"
    }
  }
}

/// What the steps of a chain wait for: each for what the one before loads, in every arm (`data`); or,
/// in an arm that goes on by prediction, for no more than a branch (`control`).
typealias Chain = SummaryRow.Chain

/// Where in the memory hierarchy something lies.
typealias CacheLevel = SummaryRow.Level

/// What a step visits: a page, or a run of pages.
struct Visit: Hashable {
  let pages: Range<PageFrameNumber>
  /// Of the folio that the first page is of.
  let order: Int

  var first: PageFrameNumber { pages.lowerBound }
  /// The first page frame of the folio that the first page is of.
  var head: PageFrameNumber { (first >> order) << order }
  /// Whether the first page is a tail.
  var isTail: Bool { first != head }
  var isCompound: Bool { order > 0 }
}

/// What the steps of an operation's loops visit.
enum Visits: Sendable {
  case pages
  /// The run that is visited from a page frame on, which the cell's page class and pattern give.
  ///
  /// `pages` says about how many pages of a run the loop looks at, as a power of two.
  case runs(
    pages: @Sendable (Cell) -> Int,
    from: @Sendable (PageFrameNumber, Cell) -> Range<PageFrameNumber>)

  /// How many pages a visit looks at.
  func pages(_ cell: Cell) -> Int {
    switch self {
    case .pages: 1
    case .runs(let pages, _): pages(cell)
    }
  }
}

/// The right answer for a visit, by arithmetic on page frames alone; addresses as on a map whose base
/// is 0.
enum Answer: Sendable {
  /// The address of the visited page, as the empty loops give it.
  case page
  /// The address of the folio's head, and so much more; the next page of a chain is reached from there.
  case head(plus: @Sendable (Cell) -> UInt)
  /// The sum of the addresses of the heads of several page frames, with each of which the last function
  /// is called.
  case heads(of: @Sendable (Visit, Folios, (PageFrameNumber) -> Void) -> Void)
  /// A number; the next page is reached from so far behind the visited one.
  case number(@Sendable (Visit, Cell) -> UInt)

  /// Calls the body with each page frame of a visit that is looked at for the answer.
  @inline(__always)
  func forEachPage(
    of visit: Visit, _ folios: Folios, _ body: (PageFrameNumber) -> Void
  ) {
    if case .heads(let forEachPage) = self {
      forEachPage(visit, folios, body)
    } else {
      body(visit.first)
    }
  }

  static let head = Answer.head { _ in 0 }
  static let headAndFlags = Answer.head { UInt($0.headFlags.rawValue) }
}

/// What a pass of a loop does to reference counts.
enum ReferenceUse: Sendable {
  case none
  /// Takes a reference in each visit, on the folio that a page frame is the first of; where that is
  /// nil, it takes none. They are given back after the pass.
  case taken(@Sendable (Visit) -> PageFrameNumber?)
  /// Takes references and drops them.
  case returned
  /// Drops a reference of the folio in each visit. They are lent before the cell is measured, and given
  /// back after the pass.
  case dropped
  /// Takes so many references for each page of each visit's run, on its folio, or drops them, as where that
  /// is negative; and with `mapcounts` drops as many mappings of the page. All are given back after the
  /// pass.
  case ofEachPage(Int32, mapcounts: Bool)

  /// Whether passes drop what must be lent before.
  var isDropping: Bool {
    switch self {
    case .dropped: true
    case .ofEachPage(let each, _): each < 0
    case .none, .taken, .returned: false
    }
  }

  /// Whether references are taken.
  var isTaking: Bool {
    switch self {
    case .taken, .returned: true
    case .none, .dropped, .ofEachPage: false
    }
  }

  /// The folio of a visit that a reference is taken on, by the page frame that it begins with; nil where none is.
  var target: @Sendable (Visit) -> PageFrameNumber? {
    switch self {
    case .taken(let target): target
    case .returned: { $0.first }
    case .none, .dropped, .ofEachPage: { _ in nil }
    }
  }

  /// How many references each folio has beside its own while passes drop some: more than any pass.
  static let lent: Int32 = 1 << 30
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
