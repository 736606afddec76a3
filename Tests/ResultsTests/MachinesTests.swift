import Host
import SystemPackage
import TestSupport
import Testing
import Vmemmap

@testable import Results

/// A row of the mask that is told from others by its order and footprint.
private func row(
  _ ratio: Double, _ verdict: String = "", order: Int = 9, bytes: Int = 32 << 20,
  level: SummaryRow.Level? = .l3
) -> SummaryRow {
  var row = SummaryRow.sample(ratio: ratio * 0.99...ratio * 1.01)
  row.ratio = ratio
  row.margin = 0.02
  row.verdict =
    switch verdict {
    case "": ratio < 1 ? .faster : .slower
    case "=": .same
    default: .unresolved
    }
  row.order = order
  row.pageClass = "head"
  row.mix = 0
  row.hvo = .off
  row.pattern = "random_pfn"
  row.footprintBytes = bytes
  row.hugePages = bytes >> (order + 6)
  row.level = level
  (row.cpuNode, row.memoryNode) = (0, 0)
  return row
}

/// A run of rows, each beside a baseline in a cell of its own.
private func run(
  _ rows: [SummaryRow], label: String? = nil, model: Int = 2, cpus: Int = 2, name: String? = nil
) -> Run {
  var machine = Machine.sample
  (machine.vendor, machine.family, machine.model) = ("AuthenticAMD", 26, model)
  machine.logicalCPUs = cpus
  let summary = rows.enumerated().flatMap { index, row in
    var arm = row
    arm.cell = index
    var baseline = arm
    baseline.arm = row.baseline
    (baseline.ratio, baseline.ratioLo, baseline.ratioHi, baseline.verdict) = (nil, nil, nil, nil)
    return [baseline, arm]
  }
  let sample = Run.sample(summary, machine: machine)
  var meta = sample.meta
  meta.label = label
  return Run(path: FilePath("\(name ?? label ?? "\(model)")-\(cpus)"), meta: meta, summary: summary)
}

@Suite("Machines")
struct MachinesTests {
  private func agreements(_ machines: Machines) -> [Machines.Agreement] {
    machines.cells.map(\.agreement)
  }

  // MARK: What machines say

  @Test(
    "Faster against slower contradicts; the same, or a difference within the margin, only differs",
    arguments: [
      ([row(0.8), row(1.2)], Machines.Agreement.contradicting),
      ([row(0.8), row(0.5)], .agreeing), ([row(1, "="), row(1, "=")], .agreeing),
      ([row(0.8), row(1, "=")], .differing), ([row(0.99), row(1.2)], .differing),
      ([row(0.99), row(1.01)], .agreeing), ([row(0.8), row(1.2, "?")], .unresolved),
      ([row(0.8), row(1.2), row(1, "?")], .contradicting),
      ([row(0.8), row(0.8), row(1, "?")], .agreeing),
    ])
  func agreement(rows: [SummaryRow], expected: Machines.Agreement) throws {
    let runs = rows.enumerated().map { run([$1], label: "m\($0)") }
    #expect(agreements(try Machines(runs)) == [expected])
  }

  @Test("Runs of a machine are pooled: the median ratio, the verdict of most, the widest interval")
  func pooling() throws {
    let runs = [0.5, 0.7, 0.6].enumerated().map { run([row($1)], label: "a", name: "a\($0)") }
    let machines = try Machines(runs + [run([row(1.5)], label: "b")])
    #expect(machines.machines.map(\.name) == ["a", "b"])
    let pooled = machines.cells[0].sightings[0]
    #expect(pooled.runs == 3)
    #expect(abs(pooled.row.ratio! - 0.6) < 1e-9)
    #expect(pooled.row.ratioLo == 0.5 * 0.99)
    #expect(pooled.row.ratioHi == 0.7 * 1.01)
    #expect(agreements(machines) == [.contradicting])
    #expect(machines.selfContradictions == 0)
  }

  @Test("Half of the runs are not enough for a verdict, and one to the contrary takes it away")
  func pooledVerdicts() throws {
    func verdict(_ rows: [SummaryRow]) throws -> Mark {
      let runs = rows.enumerated().map { run([$1], label: "a", name: "a\($0)") }
      return try Machines(runs + [run([row(1.5)], label: "b")]).cells[0].marks[0]
    }
    #expect(try verdict([row(0.8), row(0.8), row(0.9, "?")]) == .faster)
    #expect(try verdict([row(0.8), row(0.9, "?")]) == .unresolved)
    #expect(try verdict([row(0.8), row(0.8), row(0.8), row(1.2)]) == .unresolved)
  }

  @Test("What runs of one machine contradict each other on is told as noise")
  func selfContradiction() throws {
    let machines = try Machines([
      run([row(0.8)], label: "a", name: "1"), run([row(1.2)], label: "a", name: "2"),
      run([row(0.8)], label: "b"),
    ])
    #expect(machines.selfContradictions == 1)
    #expect(machines.render().contains("runs of one machine contradict each other in 1 cell;"))
  }

  @Test("A run that is given twice counts once")
  func twice() throws {
    let a = run([row(0.8)], label: "a")
    let machines = try Machines([a, run([row(0.8)], label: "b"), a])
    #expect(machines.cells[0].sightings.map(\.runs) == [1, 1])
  }

  @Test("By kind, nodes that are alike share a column whatever their labels")
  func kinds() throws {
    let runs = [
      run([row(0.8)], label: "a1"), run([row(0.8)], label: "a2"), run([row(1.2)], model: 0x44),
    ]
    #expect(try Machines(runs).machines.map(\.name) == ["a1", "a2", "Zen 5"])
    let kinds = try Machines(runs, pooling: .kind)
    #expect(kinds.machines.map(\.runs.count) == [2, 1])
    #expect(Set(kinds.machines.map(\.name)).count == 2)
  }

  @Test("One machine is nothing to compare, nor are machines without a common cell; status 69")
  func refusals() {
    let one = run([row(0.8)], label: "a")
    #expect(throws: ResultsError.oneMachine(name: "a")) { try Machines([one]) }
    let other = run([row(0.8, order: 4)], label: "b")
    #expect(throws: ResultsError.nothingOnTwoMachines(names: ["a", "b"])) {
      try Machines([one, other])
    }
    #expect(ResultsError.oneMachine(name: "a").exitCode == 69)
    #expect(ResultsError.nothingOnTwoMachines(names: []).exitCode == 69)
  }

  // MARK: Names

  @Test("Machines are called by label, or by CPU with what tells them apart")
  func names() throws {
    func names(_ runs: [Run]) throws -> [String] { try Machines(runs).machines.map(\.name) }
    let rows = [row(0.8)]
    #expect(
      try names([run(rows), run(rows, cpus: 64), run(rows, model: 0x90)])
        == ["Zen 5 2c", "Zen 5 64c", "AMD 26/144"])
    #expect(
      try names([run(rows, label: "web"), run(rows, label: "web", model: 0x90, name: "other")])
        == ["web Zen 5", "web AMD 26/144"])
    // A label that is what another one would be called.
    #expect(
      try names([run(rows, label: "Zen 5 2c"), run(rows), run(rows, cpus: 64)])
        == ["Zen 5 2c", "Zen 5 2c #2", "Zen 5 64c"])
  }

  // MARK: Matching

  private func matched(_ runs: [Run]) throws -> [[Int]] {
    try Machines(runs).cells.map { $0.sightings.map(\.machine) }
  }

  @Test("Other bytes match where both arms find what they touch at the same level")
  func levels() throws {
    let a = run([row(0.8, bytes: 128 << 20, level: .beyond)], label: "a")
    let b = run([row(1.2, bytes: 256 << 20, level: .beyond)], label: "b")
    let machines = try Machines([a, b])
    #expect(machines.cells.map(\.footprint) == ["beyond"])
    #expect(agreements(machines) == [.contradicting])
    let c = run([row(0.8, bytes: 256 << 20, level: .l3)], label: "c")
    #expect(throws: ResultsError.self) { try Machines([a, c]) }
    let unknown = run([row(0.8, bytes: 256 << 20, level: nil)], label: "d")
    #expect(throws: ResultsError.self) { try Machines([a, unknown]) }
  }

  @Test("As much memory as one folio is no folio where it is a population's")
  func populationFootprint() throws {
    var one = row(0.8, bytes: 32 << 10, level: .l1d)
    #expect(one.hugePages == 1)
    for (population, footprint) in [(nil, "1 folio"), ("4k:1,2m:1", "32 KiB")] {
      one.population = population
      let machines = try Machines([run([one], label: "a"), run([one], label: "b")])
      #expect(machines.cells.map(\.footprint) == [footprint])
    }
  }

  @Test("The baseline's level counts, too")
  func baselineLevels() throws {
    func run(_ label: String, _ bytes: Int, _ old: SummaryRow.Level) -> Run {
      let plain = ResultsTests.run([row(0.8, bytes: bytes, level: .l3)], label: label)
      let summary = plain.summary.map { row in
        var row = row
        if row.isBaseline { row.level = old }
        return row
      }
      return Run(path: plain.path, meta: plain.meta, summary: summary)
    }
    let a = run("a", 128 << 20, .beyond)
    let machines = try Machines([a, run("b", 256 << 20, .beyond)])
    #expect(machines.cells.map(\.footprint) == ["L3, old in beyond"])
    #expect(throws: ResultsError.self) { try Machines([a, run("b", 256 << 20, .l3)]) }
  }

  @Test("The same bytes match whatever the level, before other bytes of one level do")
  func bytesFirst() throws {
    let a = run(
      [row(0.8, bytes: 32 << 20, level: .l3), row(0.8, bytes: 128 << 20, level: .beyond)],
      label: "a")
    let b = run([row(0.8, bytes: 32 << 20, level: .beyond)], label: "b")
    let machines = try Machines([a, b])
    #expect(machines.cells.map { $0.sightings.map(\.machine) } == [[0, 1], [0]])
    #expect(machines.cells.map(\.footprint) == ["32 MiB", "128 MiB"])
  }

  @Test("Machines with several cells of one level match by bytes only")
  func ambiguousLevels() throws {
    let a = run(
      [row(0.8, bytes: 128 << 20, level: .beyond), row(0.8, bytes: 256 << 20, level: .beyond)],
      label: "a")
    let b = run([row(0.8, bytes: 128 << 20, level: .beyond)], label: "b")
    let c = run([row(0.8, bytes: 512 << 20, level: .beyond)], label: "c")
    #expect(try matched([a, b, c]) == [[0, 1], [0], [2]])
  }

  @Test("A third machine's other size joins two that are of one size")
  func threeSizes() throws {
    let runs = [128, 128, 256].enumerated().map { index, size in
      run([row(0.8, bytes: size << 20, level: .beyond)], label: "m\(index)")
    }
    #expect(try matched(runs) == [[0, 1, 2]])
  }

  @Test("Mappings as granted, and which node it is, are no matter unless they tell cells apart")
  func mappingsAndNodes() throws {
    func mapped(_ mapping: MappingSize) -> SummaryRow {
      var row = row(0.8)
      row.mapping = .uniform(mapping)
      return row
    }
    let base = run([mapped(.base)], label: "a")
    let huge = run([mapped(.huge)], label: "b")
    let machines = try Machines([base, huge])
    #expect(machines.cells.count == 1)
    #expect(machines.render().contains("1 cell with struct pages that machines map differently"))
    let both = run([mapped(.base), mapped(.huge)], label: "c")
    #expect(try matched([both, huge]) == [[0], [0, 1]])

    var onOther = row(0.8)
    (onOther.cpuNode, onOther.memoryNode) = (1, 1)
    #expect(try matched([base, run([onOther], label: "b")]) == [[0, 1]])
    onOther.memoryNode = 0
    #expect(throws: ResultsError.self) { try Machines([base, run([onOther], label: "b")]) }
  }

  // MARK: Text

  private var contradicting: [Run] {
    [
      run([row(0.56), row(2.5, order: 4), row(1, "=", order: 2)], label: "web-1"),
      run([row(1.16), row(3.5, order: 4)], label: "web-2", cpus: 64),
    ]
  }

  @Test("Contradictions first, a column for each machine, then how often they agree")
  func text() throws {
    let text = try Machines(contradicting).render()
    #expect(
      text == """
        time new / old on 2 machines
          web-1  AMD EPYC (26/2, Zen 5), 2 CPUs
          web-2  AMD EPYC (26/2, Zen 5), 64 CPUs

        contradicting, 1 of 2 cells          web-1    web-2
        compound_head, independent calls
          order 9, heads, 32 MiB, HVO off   0.56 <   1.16 >

        agree: 1 of 2 cells that two machines or more resolved (50 %)
        everywhere faster 0, slower 1, the same 0; contradicting 1; the rest 0
        on one machine only: 1 cell (--all)

        """)
  }

  @Test("--all has the other cells behind the contradictions, a point where there is no ratio")
  func allCells() throws {
    let lines = try Machines(contradicting).render(all: true).split(separator: "\n")
    let title = try #require(lines.firstIndex { $0.hasPrefix("the others, 2") })
    #expect(lines[title + 2] == "  order 4, heads, 32 MiB, HVO off   2.50 >   3.50 >")
    #expect(lines[title + 3] == "  order 2, heads, 32 MiB, HVO off   1.00 =      .")
  }

  @Test("Names that are too long for columns are numbers, told above")
  func longNames() throws {
    let runs = (1...4).map {
      run([row($0 == 1 ? 0.5 : 1.5)], label: "node-\($0).rack-17.example")
    }
    let text = try Machines(runs).render()
    #expect(text.contains("\n  [1]  node-1.rack-17.example: AMD EPYC"))
    #expect(text.contains("    [1]      [2]      [3]      [4]\n"))
    #expect(text.contains("  order 9, heads, 32 MiB, HVO off   0.50 <   1.50 >   1.50 >   1.50 >"))
  }

  @Test("Where columns don't fit, machines are counted, with the extremes; no line is too long")
  func manyMachines() throws {
    let runs = (0..<200).map {
      run([row($0 < 3 ? 0.5 : 1 + Double($0) / 100)], label: "m\($0)")
    }
    let text = try Machines(runs + [run([row(1, "=")], cpus: 64)]).render()
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    #expect(
      text.hasPrefix("time new / old on 201 machines (a column for each of 2 kinds: --by kind)\n"))
    #expect(text.contains("\n  200  AMD EPYC (26/2, Zen 5), 2 CPUs\n"))
    #expect(
      text.contains("contradicting, 1 of 1 cell           <    >    =    ?    least     most"))
    #expect(
      text.contains("  order 9, heads, 32 MiB, HVO off    3  197    1    0   0.50 <   2.99 >"))
  }

  @Test("A narrow terminal is kept to, and has colours only where it shows them")
  func screens() throws {
    let machines = try Machines(contradicting)
    let narrow = machines.render(on: Screen(columns: 48))
    #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 48 })
    #expect(!narrow.contains("\u{1b}"))
    #expect(
      machines.render(on: Screen(hasColors: true)).contains("\u{1b}[38;5;33m 0.56 <\u{1b}[0m"))
  }

  @Test("What fewer than 3 processes measured has no verdict, whatever its row says, and is told")
  func fewProcesses() throws {
    var few = row(0.8)
    few.processes = 2
    let machines = try Machines([
      run([few, row(0.7, order: 4)], label: "a"), run([row(0.8), row(0.6, order: 4)], label: "b"),
    ])
    #expect(agreements(machines) == [.unresolved, .agreeing])
    #expect(machines.rows.map(\.outcome) == [.unresolved, .faster, .faster, .faster])
    let text = machines.render()
    #expect(text.contains("agree: 1 of 1 cell that two"))
    #expect(text.contains("\nnot judged: 1 cell that fewer than 3 processes measured"))
    #expect(!(try Machines(contradicting).render().contains("not judged")))
  }

  @Test("Runs that were cut short, and of different commits, are told")
  func caveats() throws {
    let runs = contradicting.map { run in
      var meta = run.meta
      meta.commit = run.meta.label
      meta.status = run.meta.label == "web-2" ? .interrupted : .complete
      return Run(path: run.path, meta: meta, summary: run.summary)
    }
    let text = try Machines(runs).render()
    #expect(text.contains("beware: measured by commit web-1; commit web-2\n"))
    #expect(text.contains("beware: cut short: web-2-64 (interrupted)\n"))
  }

  @Test("A debug build is told, also where all runs are of it")
  func debugBuilds() throws {
    let text = try Machines(contradicting.map(\.ofDebugBuild)).render()
    #expect(text.contains("beware: measured by debug build\n"))
  }

  // MARK: Tables

  @Test("CSV has a row for each cell and machine, with intervals; JSON the same")
  func csv() throws {
    let machines = try Machines(contradicting)
    let table = CSVTable(
      Array(machines.render(.csv).utf8), path: "machines.csv", ending: .wholeRow)
    let rows = try table.rows(MachinesRow.self)
    #expect(rows.map(\.machine) == ["web-1", "web-2", "web-1", "web-2", "web-1"])
    #expect(rows.map(\.cell) == [0, 0, 1, 1, 2])
    #expect(
      rows.map(\.agreement)
        == [.contradicting, .contradicting, .agreeing, .agreeing, .alone])
    #expect(rows.map(\.outcome) == [.faster, .slower, .slower, .slower, .same])
    #expect(rows[1].row.ratio == 1.16)
    #expect(rows[1].row.ratioHi == 1.16 * 1.01)
    #expect(rows[1].baselineNS == 0.56)
    #expect(rows[1].footprint == "32 MiB")
    #expect(machines.render(.json).hasPrefix("[\n  {\"cell\": 0, \"machine\": \"web-1\", "))
  }
}
