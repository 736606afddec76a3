import Results
import Testing
import Vmemmap

extension BenchTests {
  @Suite("Callers of many pages", .needsProgram)
  struct CallersTests {
    private static let plan = [
      "--processes", "1", "--layouts", "1", "--budget", "1", "--mode", "throughput",
    ]

    /// A map of 512 pages: all ranges are those, in whatever order they are drawn.
    @Test("The answers are the heads that a caller meets", arguments: [0, 1, 2, 5, 9])
    func heads(order: Int) throws {
      let finished = try FinishedRun(
        Self.plan + [
          "--order", "\(order)", "--footprint", "\(512 >> order)", "--page-class", "order-0,head",
          "--hvo", "off", "--operation", "zap_pages,zap_batch,unpin_pages",
        ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let ranges = (1 << 18) / 512
      let ofPages = (0..<512).reduce(0) { $0 + 64 * (($1 >> order) << order) } * ranges
      let ofFolios = stride(from: 0, to: 512, by: 1 << order).reduce(0) { $0 + 64 * $1 } * ranges
      let rows = finished.run.summary
      #expect(Set(rows.map(\.operation)) == ["zap_pages", "zap_batch", "unpin_pages"])
      for row in rows {
        let sum = row.operation == "zap_pages" ? ofPages : ofFolios
        #expect(row.checksum == Checksum(UInt64(sum)), "\(row.operation) \(row.arm)")
      }
    }

    @Test(
      "GUP-fast takes references of four huge pages, in every form and under HVO",
      arguments: ["off", "elsewhere", "on"])
    func gupFast(hvo: String) throws {
      let finished = try FinishedRun(
        Self.plan + [
          "--operation", "gup_fast", "--order", "9", "--footprint", "4", "--hvo", hvo,
          "--encoding", pageRefForms.map { $0.name }.joined(separator: ","),
        ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let sum = (0..<4).reduce(0) { $0 + 64 * 512 * $1 } * (1 << 18) / 4
      let state = try #require(HVOState(rawValue: hvo))
      #expect(
        Set(finished.run.summary.map(\.arm))
          == Set(pageRefForms.filter { $0.hvoStates.contains(state) }.map { $0.name }))
      for row in finished.run.summary {
        #expect(row.checksum == Checksum(UInt64(sum)), "\(row.arm)")
      }
    }

    @Test(
      "GUP-fast takes references of three huge pages, too, in as many visits as are a power of two")
    func gupFastOfThree() throws {
      let finished = try FinishedRun(
        Self.plan + ["--operation", "gup_fast", "--order", "9", "--footprint", "3", "--hvo", "off"])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let sum = (0..<3).reduce(0) { $0 + 64 * 512 * $1 } * (1 << 16)
      #expect(Set(finished.run.summary.map(\.checksum)) == [Checksum(UInt64(sum))])
    }

    @Test("Mappings are dropped one by one, references as the caller does")
    func loops() throws {
      let facts = try LoopFacts.all()
      // The compiler unrolls the batch's loop over mapcounts by 4, and has another one for the rest.
      for (operation, locked) in [
        ("zap_pages", 2), ("zap_batch", 1 + 4 + 1), ("unpin_pages", 1), ("gup_fast", 2),
      ] {
        let loops = facts.filter { $0.operation == operation && !$0.hasReadSide }
        try #require(!loops.isEmpty)
        for loop in loops {
          let more = loop.operation == "gup_fast" && loop.hasFrozenBit ? 1 : 0
          #expect(loop[.locked] == (locked + more) * 8, "\(loop.symbol)")
          #expect(loop[.calls] == 0, "\(loop.symbol)")
          // As many as in the old layout without the test for fake heads: none has registers to spare, and
          // spills or further counters in one arm would be taken for the encoding's cost.
          guard ["mask", "pointer"].contains(loop.arm) else { continue }
          let other = try #require(loops.first { $0.arm == "fakehead_off" })
          #expect(loop[.loads] == other[.loads], "\(loop.symbol)")
          #expect(loop[.stores] == other[.stores], "\(loop.symbol)")
        }
      }
    }

    // MARK: Populations

    @Test("A population of one size is as folios of one order are", arguments: ["4k", "64k", "2m"])
    func onePopulation(size: String) throws {
      let order = try #require(["4k": 0, "64k": 4, "2m": 9][size])
      let finished = try FinishedRun(
        Self.plan + [
          "--population", "\(size):1", "--footprint", "\(512 >> order)", "--hvo", "off",
          "--operation", "scan_pfns,zap_pages,unpin_pages",
        ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let ranges = (1 << 18) / 512
      let ofFolios = stride(from: 0, to: 512, by: 1 << order).reduce(0) { $0 + 64 * $1 } * ranges
      let ofPages = (0..<512).reduce(0) { $0 + 64 * (($1 >> order) << order) } * ranges
      for row in finished.run.summary {
        #expect(row.population == "\(size):1" && row.pageClass == "any" && row.order == order)
        let sum = row.operation == "zap_pages" ? ofPages : ofFolios
        #expect(row.checksum == Checksum(UInt64(sum)), "\(row.operation) \(row.arm)")
      }
    }

    @Test("Over folios of several orders every arm finds the same heads, and no reference is lost")
    func mixedPopulation() throws {
      let finished = try FinishedRun(
        Self.plan + [
          "--population", "4k:30,16k:10,256k:30,2m:30", "--footprint", "16", "--hvo",
          "off,elsewhere", "--operation",
          "compound_head,folio_try_get,put_page,scan_pfns,zap_pages,zap_batch,unpin_pages",
        ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let rows = finished.run.summary
      #expect(Set(rows.map(\.operation)).count == 7)
      for (cell, rows) in Dictionary(grouping: rows, by: \.cell) {
        #expect(Set(rows.map(\.checksum)).count == 1, "cell \(cell)")
        #expect(rows.contains { $0.arm == "mask" } && rows.contains { $0.arm == "fakehead" })
      }
      // One range there is: its folios are the same whichever way they are found.
      let range = try FinishedRun(
        Self.plan + [
          "--population", "4k:30,16k:10,256k:60", "--footprint", "8", "--hvo", "off", "--operation",
          "zap_batch,unpin_pages",
        ])
      #expect(range.ending.status == 0, "\(range.ending.errors)")
      #expect(Set(range.run.summary.map(\.checksum)).count == 1)
    }

    @Test("Of each size there is its share, whatever the seed; where it lies, the seed says")
    func shares() throws {
      // Each visit is of eight blocks; any four of them are large folios.
      let sums = (0..<1 << 8).filter { $0.nonzeroBitCount == 4 }.map { large in
        let ofBlocks = (0..<8).map { block in
          large >> block & 1 != 0
            ? 64 * 64 * block : (0..<64).reduce(0) { $0 + 64 * (64 * block + $1) }
        }
        return Checksum(UInt64(ofBlocks.reduce(0, +) * (1 << 18) / 512))
      }
      var found: Set<Checksum?> = []
      for seed in 1...5 {
        let finished = try FinishedRun(
          Self.plan + [
            "--population", "4k:1,256k:1", "--footprint", "8", "--hvo", "off", "--operation",
            "unpin_pages", "--seed", "\(seed)",
          ])
        #expect(finished.ending.status == 0, "\(finished.ending.errors)")
        let ofRun = Set(finished.run.summary.map(\.checksum))
        #expect(ofRun.count == 1 && ofRun.isSubset(of: sums), "seed \(seed): \(ofRun)")
        found.formUnion(ofRun)
      }
      #expect(found.count > 1)
    }

    @Test("Too few folios for a population are refused; one that nobody named is left out")
    func tooFewFolios() throws {
      let directory = try TemporaryDirectory()
      func list(_ arguments: String...) throws -> Bench.Ending {
        try Bench.run(["list", "--footprint"] + arguments, in: directory.url)
      }
      let population = ["--population", "4k:40,64k:20,2m:40"]
      let why = "the nearest that their pages come to the population 4k:40,64k:20,2m:40 is"
      let two = try list("2", population[0], population[1])
      #expect(two.status == 64)
      #expect(
        two.errors.contains("2 folios of order 9: \(why) 4k:32.8,64k:17.2,2m:50; take 5"),
        "\(two.errors)")
      for count in ["5", "7", "10", "11"] {
        #expect(try list(count, population[0], population[1]).status == 0, "\(count)")
      }
      let standard = try list("2")
      #expect(standard.status == 0, "\(standard.errors)")
      #expect(standard.output.contains("2 folios of order 9: the nearest"), "\(standard.output)")
      #expect(!standard.output.contains("scan_pfns"))
    }

    @Test("A map that is no whole number of ranges has all of them within it")
    func remainder() throws {
      for pages in [
        ["--order", "0", "--footprint", "1088"],
        ["--population", "4k:50,64k:50", "--footprint", "36"],
      ] {
        let finished = try FinishedRun(
          Self.plan + pages + ["--hvo", "off", "--operation", "zap_pages,zap_batch,unpin_pages"])
        #expect(finished.ending.status == 0, "\(finished.ending.errors)")
        #expect(Set(finished.run.summary.map(\.operation)).count == 3)
      }
    }

    @Test(
      "What is no population is refused with its value",
      arguments: [
        "", "4k", "4k:", "4k:0", "4k:-1", "4k:x", "3k:1", "2k:1", "4k:1,4k:2", "4k:1,,2m:1", "4q:1",
        "3g:1",
        "4k:inf", "4k:5e-324", "4k:1e300",
      ])
    func refused(population: String) throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(["list", "--population", population], in: directory.url)
      #expect(ending.status == 64)
      #expect(ending.errors.contains("'\(population)'"))
    }

    @Test("The preset has each caller, and the default run a line for each")
    func presets() throws {
      let directory = try TemporaryDirectory()
      let callers = ["zap_pages", "zap_batch", "gup_fast", "unpin_pages", "scan_pfns", "put_page"]
      let all = try Bench.run(["list", "--cells", "--preset", "callers"], in: directory.url)
        .output
      for caller in callers { #expect(all.contains(": \(caller) ")) }
      let standard = try Bench.run(["list", "--cells"], in: directory.url).output
      for caller in callers {
        #expect(standard.split(separator: "\n").count { $0.contains(": \(caller) ") } == 1)
      }
      // The preset itself can be narrowed, though all it has is beside its axes.
      for (option, value) in [
        ("--operation", "unpin_pages"), ("--population", "64k:1"), ("--hvo", "on"),
      ] {
        let narrowed = try Bench.run(
          ["list", "--cells", "--preset", "callers", option, value], in: directory.url)
        #expect(narrowed.status == 0 && narrowed.output.contains(": unpin_pages "), "\(option)")
        #expect(option != "--operation" || !narrowed.output.contains(": zap_pages "))
      }
      // Those who ask for something else get that alone.
      let narrowed = try Bench.run(
        ["list", "--cells", "--operation", "compound_head"], in: directory.url
      ).output
      #expect(!callers.contains { narrowed.contains(": \($0) ") })
    }
  }
}
