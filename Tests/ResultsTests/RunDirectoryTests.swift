import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

@testable import Results

@Suite("Run directory")
struct RunDirectoryTests {
  @Test("A run is named after its start and machine, and latest leads to it")
  func naming() throws {
    try withTemporaryDirectory { root in
      let results = root.appending("deep").appending("results")
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: results, for: &meta)
      let name = "2026-01-31T12-34-56Z-\(meta.machine.machineKey)"
      #expect(directory.path == results.appending(name))
      #expect(meta.runID == name)
      #expect(try results.names == [name, "latest"])
      #expect(try Run.load(results.appending("latest")).meta == meta)
      #expect(try Run.load(results.appending("latest")).path.lastComponent?.string == name)
    }
  }

  @Test("A second run in the same second has another name, and latest moves on to it")
  func sameSecond() throws {
    try withTemporaryDirectory { root in
      var first = Meta.sample
      var second = Meta.sample
      var third = Meta.sample
      try _ = RunDirectory.create(in: root, for: &first)
      try _ = RunDirectory.create(in: root, for: &second)
      try _ = RunDirectory.create(in: root, for: &third)
      #expect(second.runID == first.runID + "-2")
      #expect(third.runID == first.runID + "-3")
      #expect(try Run.load(root.appending("latest")).meta.runID == third.runID)
      #expect(try root.names == [first.runID, second.runID, third.runID, "latest"])
    }
  }

  @Test("What was written is read back")
  func roundTrip() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      meta.status = .complete
      meta.finished = Timestamp(secondsSinceEpoch: 1_769_862_950)
      meta.findings = [Finding(what: "governor", why: "clock moves", command: "cpupower")]
      meta.noiseFloor = Meta.NoiseFloor(twins: 20, median: 0.01, p95: 0.03, falsePositiveShare: 0)
      meta.sensitivity = Meta.Sensitivity(steps: [
        Meta.Sensitivity.Step(planted: 0.05, measured: 0.049, resolved: true)
      ])
      meta.unmeasured = [Meta.Unmeasured(what: "remote cells", why: "one node")]
      meta.savings = [
        Meta.Saving(
          order: 9,
          layout: "mask",
          vmemmapPages: 8,
          bytesMeasured: 28672,
          bytesByFormula: 28672
        )
      ]
      meta.counters = ["context_switches": 12]
      try directory.write(meta)
      try directory.writeSummary([.sample("fakehead", ratio: nil), .sample()])
      try directory.appendSamples([.sample(round: 0), .sample(round: 1)])
      try directory.appendSamples([.sample(round: 2)])
      let facts = CodegenRow(
        arm: "mask",
        symbol: "loop_mask_1",
        bytes: 120,
        instructions: 40,
        conditionalJumps: 1,
        loads: 8,
        stores: 0,
        locked: 0,
        calls: 0
      )
      try directory.writeCodegen([facts])

      let run = try Run.load(directory.path)
      #expect(run.meta == meta)
      #expect(run.summary == [.sample("fakehead", ratio: nil), .sample()])
      #expect(try run.samples() == [.sample(round: 0), .sample(round: 1), .sample(round: 2)])
      #expect(try run.codegen() == [facts])
    }
  }

  @Test("meta.json keys that this version does not know are ignored")
  func unknownKeys() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      let path = directory.path.appending("meta.json")
      try path.write(path.text.replacing("\"seed\"", with: "\"later\" : {\"a\" : [1]},\n\"seed\""))
      #expect(try Run.load(directory.path).meta == meta)
    }
  }

  @Test("A run that was killed before its first cell has no rows; a complete one must have them")
  func noSummary() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      let run = try Run.load(directory.path)
      #expect(run.summary == [])
      #expect(try run.samples() == [])
      #expect(try run.codegen() == [])
      meta.status = .complete
      try directory.write(meta)
      let summary = try directory.path.resolved().appending("summary.csv")
      #expect(
        throws: ResultsError.cannotRead(path: summary, errno: .noSuchFileOrDirectory)
      ) { try Run.load(directory.path) }
    }
  }

  @Test("What a kill leaves behind can be read: temporary files, and samples cut off anywhere")
  func killed() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      try directory.writeSummary([.sample()])
      try directory.appendSamples([.sample(round: 0), .sample(round: 1)])
      try directory.path.appending(".summary.csv.tmp").write("schema_ver")
      let samples = directory.path.appending("samples.csv")
      let whole = try samples.text
      for length in 0...whole.count {
        let left = whole.prefix(length)
        try samples.write(String(left))
        let run = try Run.load(directory.path)
        #expect(run.summary == [.sample()])
        let lines = left.count { $0 == "\n" }
        #expect(try run.samples() == (0..<max(0, lines - 1)).map { .sample(round: $0) })
      }
      // The next write takes the left-over file's place.
      try directory.writeSummary([.sample(), .sample()])
      #expect(try directory.path.names == ["meta.json", "samples.csv", "summary.csv"])
    }
  }

  @Test("A run killed at any moment while it writes can be read", arguments: 0..<8)
  func killedForReal(attempt _: Int) async throws {
    let result = await #expect(
      processExitsWith: .signal(SIGALRM), observing: [\.standardOutputContent]
    ) {
      let root = try makeTemporaryDirectory()
      let moment = Int.random(in: 2000..<32_000)
      print("killed after us:", moment, "in:", root.string)
      fflush(nil)
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      // Ends the process without a word to it, as SIGKILL does.
      var timer = itimerval()
      timer.it_value.tv_usec = moment
      _ = unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
      for count in 1... {
        try directory.writeSummary([SummaryRow](repeating: .sample(), count: count))
        try directory.appendSamples([SampleRow](repeating: .sample(), count: 100))
        try directory.write(meta)
      }
    }
    let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
    let told = try #require(output.firstMatch(of: /killed after us: [0-9]+ in: (.*)/))
    let root = FilePath(String(told.1))
    defer { root.removeTree() }
    let run = try Run.load(root.appending("latest"))
    #expect(run.meta.status == .running, "\(told.0)")
    #expect(run.summary.allSatisfy { $0 == .sample() })
    #expect(try run.samples().allSatisfy { $0 == .sample() })
  }

  @Test("Half a sample row in a complete run is damage")
  func damagedSamples() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      meta.status = .complete
      let directory = try RunDirectory.create(in: root, for: &meta)
      try directory.writeSummary([.sample()])
      try directory.appendSamples([.sample()])
      let samples = directory.path.appending("samples.csv")
      try samples.write(String(samples.text.dropLast(3)))
      let error = #expect(throws: ResultsError.self) { try Run.load(directory.path).samples() }
      #expect(error?.exitCode == 65)
    }
  }

  @Test("A foreign schema is refused with the version found and the one known")
  func foreignSchema() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      var row = SummaryRow.sample()
      row.schemaVersion = 2
      try directory.writeSummary([.sample(), row])
      let path = try directory.path.resolved()
      let inSummary = #expect(throws: ResultsError.self) { try Run.load(path) }
      #expect(
        inSummary
          == .foreignSchema(path: path.appending("summary.csv"), found: "2", known: 1)
      )
      // Nothing of another version's file is looked at before its number.
      try path.appending("meta.json").write(#"{"schemaVersion": 7}"#)
      let inMeta = #expect(throws: ResultsError.self) { try Run.load(path) }
      #expect(inMeta == .foreignSchema(path: path.appending("meta.json"), found: "7", known: 1))
      #expect(inMeta?.exitCode == 65)
      let message = try #require(inMeta).description
      #expect(message.contains("schema version 7, but this build reads version 1"))
    }
  }

  @Test(
    "A damaged meta.json is told in one line",
    arguments: ["", "{", "[]", #"{"schemaVersion": 1}"#, #"{"schemaVersion": 1, "started": "x"}"#]
  )
  func damagedMeta(text: String) throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      try directory.path.appending("meta.json").write(text)
      let error = try #require(throws: ResultsError.self) { try Run.load(directory.path) }
      #expect(error.exitCode == 65)
      #expect(!error.description.contains("\n"))
    }
  }

  @Test("No run at a path, nothing there, a file or a directory without meta.json, is told")
  func noSuchRun() throws {
    try withTemporaryDirectory { root in
      try root.appending("file").write("")
      for path in [root, root.appending("missing"), root.appending("file")] {
        let error = #expect(throws: ResultsError.self) { try Run.load(path) }
        #expect(error?.exitCode == 66)
        #expect(error?.description.hasPrefix("no run at \(path): ") == true)
      }
    }
  }

  @Test("A root beneath a file cannot be created")
  func rootBeneathFile() throws {
    try withTemporaryDirectory { root in
      try root.appending("file").write("")
      let path = root.appending("file").appending("results")
      var meta = Meta.sample
      let error = #expect(throws: ResultsError.self) {
        try RunDirectory.create(in: path, for: &meta)
      }
      #expect(error == .cannotCreate(path: path, errno: .notDirectory))
      #expect(error?.exitCode == 73)
      #expect(error?.description.contains("Not a directory") == true)
    }
  }

  @Test("Where latest cannot be made, no run is left behind")
  func latestTaken() throws {
    try withTemporaryDirectory { root in
      try root.appending("latest").appending("file").write("kept")
      var meta = Meta.sample
      let error = #expect(throws: ResultsError.self) {
        try RunDirectory.create(in: root, for: &meta)
      }
      #expect(error?.exitCode == 73)
      #expect(try root.names == ["latest"])
    }
  }

  @Test("A number that JSON cannot say is refused, and meta.json stays as it was")
  func notFinite() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      var bad = meta
      bad.counters = ["steal": .nan]
      #expect(
        throws: ResultsError.notFinite(
          path: directory.path.appending("meta.json"),
          key: "counters.steal"
        )
      ) { try directory.write(bad) }
      #expect(try Run.load(directory.path).meta == meta)
    }
  }
}
