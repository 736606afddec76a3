import Results
import Testing

extension BenchTests {
  @Suite("Seeds", .needsProgram)
  struct SeedTests {
    /// Several folios, because in one folio all heads are the same whatever the seed.
    private static func run(seed: String) throws -> FinishedRun {
      try FinishedRun([
        "--order", "9", "--footprint", "8", "--page-class", "mix", "--operation", "compound_head",
        "--hvo", "off,on", "--processes", "2", "--budget", "0.4", "--seed", seed,
      ])
    }

    @Test("A seed gives the same cells, checksums and orders of arms again; another one others")
    func again() throws {
      let (first, second) = (try Self.run(seed: "7"), try Self.run(seed: "7"))
      let other = try Self.run(seed: "8")
      #expect(first.run.meta.seed == 7)
      #expect(first.cells == second.cells)
      #expect(first.checksums == second.checksums)
      #expect(first.checksums != other.checksums)
      #expect(first.cells == other.cells)

      // How many rounds there are depends on the time that they took.
      let (orders, again, others) = (first.orders, second.orders, other.orders)
      let shared = Set(orders.keys).intersection(again.keys).intersection(others.keys)
      try #require(shared.count >= 100)
      #expect(shared.allSatisfy { orders[$0] == again[$0] })
      #expect(shared.count { orders[$0] != others[$0] } > shared.count / 2)
    }

    @Test("Each process has orders of its own")
    func processes() throws {
      let orders = try Self.run(seed: "9").orders
      let pairs = orders.filter { $0.key[1] == 0 }.compactMap { id, order in
        orders[[id[0], 1, id[2]]].map { (order, $0) }
      }
      try #require(pairs.count >= 50)
      #expect(pairs.count { $0 != $1 } > pairs.count / 2)
    }

    @Test("A run without a seed takes a fresh one and tells it")
    func fresh() throws {
      let (first, second) = (try FinishedRun(Bench.tinyPlan), try FinishedRun(Bench.tinyPlan))
      #expect(first.run.meta.seed != second.run.meta.seed)
    }
  }
}

extension FinishedRun {
  fileprivate var cells: [String] {
    run.summary.map { "\($0.cell) \($0.mode) \($0.hvo, default: "") \($0.arm)" }
  }

  fileprivate var checksums: [Checksum?] { run.summary.map(\.checksum) }

  /// The arms in the order in which they were timed, by cell, process and round.
  fileprivate var orders: [[Int]: [String]] {
    rounds.mapValues { samples in
      samples.sorted { $0.position < $1.position }.map { "\($0.arm) \($0.part)" }
    }
  }
}
