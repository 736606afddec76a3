import Text
import Vmemmap

/// What a torture found, in words and numbers, arm by arm.
struct TortureReport {
  struct Entry<Outcome> {
    let arm: TortureArm
    let outcome: Outcome
  }

  struct Walks {
    let walks: SetBackWalks
    let outcome: SetBackWalks.Outcome
  }

  let stepped: [Entry<SteppedWalks.Outcome>]
  let setBack: [Walks]
  let free: [Entry<FreeWalks.Outcome>]
  let shared: [SharedHeads.Outcome]

  /// What did not go as the kernel's argument predicts; empty where all did.
  var surprises: [String] {
    var surprises: [String] = []
    for entry in stepped {
      let (arm, outcome) = (entry.arm, entry.outcome)
      let more = outcome.faultedFrom.subtracting(arm.faultsFrom)
      let less = arm.faultsFrom.subtracting(outcome.faultedFrom)
      if !more.isEmpty {
        surprises.append("\(arm.name) faulted on walks begun when \(more.list)")
      }
      if !less.isEmpty {
        surprises.append("\(arm.name) faulted on no walk begun when \(less.list)")
      }
      surprises += outcome.tally.surprises(arm.name)
    }
    for entry in setBack {
      let (name, outcome) = (entry.walks.arm.name, entry.outcome)
      if entry.walks.isPredictedToFault != (outcome.lateFaults > 0) {
        surprises.append("\(name) faulted \(outcome.lateFaults) times setting a count back late")
      }
      if outcome.lateSetBacks == 0 { surprises.append("\(name) set no count back late") }
      if outcome.tally.wrongCounts > 0 {
        surprises.append("\(name) left \(outcome.tally.wrongCounts) wrong counts")
      }
    }
    for entry in free {
      let (arm, outcome) = (entry.arm, entry.outcome)
      if outcome.unpredictedFaults > 0 {
        surprises.append(
          "\(arm.name) faulted \(outcome.unpredictedFaults) times on free walks where it must not")
      }
      surprises += outcome.tally.surprises(arm.name)
    }
    for outcome in shared { surprises += outcome.tally.surprises(outcome.form) }
    return surprises
  }

  var text: String {
    """
    Walks stopped before each instruction in turn, while the folio goes on until its struct pages are \
    read-only.
    Which walks faulted, by the stage in which they began:

    \(TortureReport.table(steppedColumns, stepped.map(\.outcome.tally)))

      ordinary: pages of order 0; dropping: their counts have become 0; frozen: freed and made one compound page; quiescent: after a grace \
    period, if any;
      optimised: tails are read-only, the head is frozen; in use: the head has a count; restored: \
    frozen, writable
      ordinary, form D: the load saw 1, then the page was freed and mapped read-only, and on x86 a \
    compare-and-swap
      that fails still writes. A window on paper, held open here by force: no kernel bug is claimed.
      D, template of boot: tails show a count of 1, as the template of gigantic pages made at boot was \
    seen to have
      (7.1.13, 7.2.13, 7.3.4, emulated, on some nodes), so that the load lets the store through at any \
    time. What this
      model does in that state; it says nothing of when a kernel meets it. Of the 4095 vmemmap pages \
    of 1 GiB that show
      them all are read-only since 7.2, before that \
    \(KernelVersion(7, 1).writeProtectedVmemmapPages(ofBootTimeOrder: 18)); on others a reference is \
    taken in the template itself.
      E and F (proposed in 2026, in no kernel) store whatever the count is, and so fault on any read-only \
    tail; guarded, they
      load the count first, and are as D is. Within an RCU read side, with a grace period before struct \
    pages become
      read-only, E has no window left, and F that of a drop: it made the count 0, others took, dropped and \
    freed, and then
      its second store, which freezes the count, comes too late; the read side must span it, too. F sets bit \
    31 in the count
      of tails and free pages; a template of boot without that bit lets its guard through, too. F, limit 8: \
    frozen counts
      are set back after 8 additions, not 2^30. Tests/model checks the same forms in every order of steps.
      Form D is \(KernelVersion(7, 1).pageRefAddUnless) in 7.1, \(KernelVersion(7, 2).pageRefAddUnless) \
    since 7.2.

    """
      + (setBack.isEmpty
        ? ""
        : """
        Walks stopped twice: before F's addition, until the page is frozen, and before the \
        compare-and-swap that
        sets a frozen count back (here after each addition), until the page is a read-only tail:

        \(TortureReport.table(setBackColumns, setBack.map(\.outcome.tally)))


        """) + """
        Threads that walk freely while folios go through their life again and again:

        \(TortureReport.table(freeColumns, free.map(\.outcome.tally)))
        """
      + (shared.isEmpty
        ? ""
        : """


        Threads that take and drop references on the same heads:

        \(TortureReport.table([Column("form", .left, shared.map(\.form))], shared.map(\.tally)))
        """)
  }
}

// MARK: - Tables

extension TortureReport {
  private struct Column {
    let title: String
    let alignment: Alignment
    let fields: [String]

    init(_ title: String, _ alignment: Alignment, _ fields: [String]) {
      self.title = title
      self.alignment = alignment
      self.fields = fields
    }
  }

  private static func table(_ columns: [Column], _ tallies: [Tally]) -> String {
    let all =
      columns + [
        Column("operations", .right, tallies.map { "\($0.operations)" }),
        Column("taken", .right, tallies.map { "\($0.taken)" }),
        Column("refused", .right, tallies.map { "\($0.refused)" }),
        Column("faults", .right, tallies.map { "\($0.faults)" }),
        Column("wrong counts", .right, tallies.map { "\($0.wrongCounts)" }),
      ]
    var lines = TextColumns(all.map(\.alignment))
    lines.append(all.map(\.title))
    for row in tallies.indices { lines.append(all.map { $0.fields[row] }) }
    return lines.rendered().map { "  " + $0 }.joined(separator: "\n")
  }

  private var steppedColumns: [Column] {
    let arms = stepped.map(\.arm)
    return [
      Column("form", .left, arms.map(\.name)),
      Column("kernels", .left, arms.map(\.kernels)),
      Column("layout", .left, arms.map { $0.format.name }),
      Column("grace periods", .left, arms.map { $0.rcu == nil ? "no" : "liburcu" }),
    ]
      + Stage.allCases.map { stage in
        Column(
          stage.description, .left,
          stepped.map { $0.outcome.faultedFrom.contains(stage) ? "faulted" : "-" })
      }
  }

  private var setBackColumns: [Column] {
    [
      Column("form", .left, setBack.map(\.walks.arm.name)),
      Column("set back late", .right, setBack.map { "\($0.outcome.lateSetBacks)" }),
      Column("faulted late", .right, setBack.map { "\($0.outcome.lateFaults)" }),
    ]
  }

  private var freeColumns: [Column] {
    [
      Column("form", .left, free.map(\.arm.name)),
      Column("lives", .right, free.map { "\($0.outcome.lives)" }),
    ]
  }
}

extension Tally {
  /// What is wrong in any arm.
  fileprivate func surprises(_ name: String) -> [String] {
    if wrongCounts > 0 { return ["\(name) left \(wrongCounts) wrong counts"] }
    return taken == 0 ? ["\(name) took no reference"] : []
  }
}

extension Set<Stage> {
  /// In the order of a life.
  fileprivate var list: String {
    Stage.allCases.filter(contains).map(\.description).joined(separator: ", ")
  }
}
