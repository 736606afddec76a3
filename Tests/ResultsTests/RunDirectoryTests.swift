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

  @Test("Runs that begin at once make their directory together")
  func directoriesAtOnce() async throws {
    let root = try makeTemporaryDirectory()
    defer { root.removeTree() }
    for round in 0..<300 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask { try root.appending("\(round)").appending("results").makeDirectories() }
        }
        try await group.waitForAll()
      }
    }
    #expect(try root.names.count == 300)
  }

  @Test("Runs that take one name at once leave it to one of them, and nothing else")
  func baselinesAtOnce() async throws {
    let root = try makeTemporaryDirectory()
    defer { root.removeTree() }
    let runs = try (0..<4).map { _ in
      var meta = Meta.sample
      return try RunDirectory.create(in: root, for: &meta)
    }
    for _ in 0..<100 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for run in runs { group.addTask { try Baseline.save("main", of: run, in: root) } }
        try await group.waitForAll()
      }
      let named = try Baseline.path("main", in: root).resolved().lastComponent
      #expect(runs.contains { $0.path.lastComponent == named })
    }
    #expect(try root.appending("baselines").names == ["main"])
  }

  @Test("Where there can be no link, there is a run all the same, which knows why")
  func noLink() throws {
    try withTemporaryDirectory { root in
      try root.appending("latest").appending("file").write("kept")
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      #expect(
        directory.linkProblem
          == .cannotCreate(path: root.appending("latest"), errno: .isDirectory))
      #expect(try Run.load(directory.path).meta == meta)
      #expect(try root.names == [meta.runID, "latest"])
    }
  }

  @Test(
    "Links in a run directory are not followed",
    arguments: ["samples.csv", ".summary.csv.tmp", "summary.csv"])
  func foreignLink(name: String) throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root.appending("results"), for: &meta)
      let foreign = root.appending("foreign")
      try foreign.write("theirs")
      try foreign.link(at: directory.path.appending(name))
      if name == "summary.csv" {
        try directory.writeSummary([.sample()])
      } else {
        #expect(throws: ResultsError.self) {
          try directory.appendSamples([.sample()])
          try directory.writeSummary([.sample()])
        }
      }
      #expect(try foreign.text == "theirs")
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
      meta.noiseFloor = try .sample(twins: 20, median: 0.01, p95: 0.03)
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
      meta.label = "web-42"
      meta.rows = Meta.Rows(summary: 2, samples: 3)
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
      meta.rows = Meta.Rows(summary: 0, samples: 0)
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
      try directory.writeSummary([.sample(), .sample(cell: 2)])
      #expect(
        try directory.path.names == ["datapackage.json", "meta.json", "samples.csv", "summary.csv"])
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
        try directory.writeSummary((1...count).map { .sample(cell: $0) })
        try directory.appendSamples((1...100).map { .sample(round: 100 * count + $0) })
        try directory.write(meta)
      }
    }
    let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
    let told = try #require(output.firstMatch(of: /killed after us: [0-9]+ in: (.*)/))
    let root = FilePath(String(told.1))
    defer { root.removeTree() }
    let run = try Run.load(root.appending("latest"))
    #expect(run.meta.status == .running, "\(told.0)")
    #expect(run.summary.allSatisfy { $0 == .sample(cell: $0.cell) })
    #expect(try run.samples().allSatisfy { $0 == .sample(round: $0.round) })
  }

  @Test("Half a sample row in a complete run is damage")
  func damagedSamples() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      meta.status = .complete
      meta.rows = Meta.Rows(summary: 1, samples: 1)
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
      var row = SummaryRow.sample(cell: 2)
      row.schemaVersion = 3
      try directory.writeSummary([.sample(), row])
      let path = try directory.path.resolved()
      let inSummary = #expect(throws: ResultsError.self) { try Run.load(path) }
      #expect(
        inSummary
          == .foreignSchema(
            path: path.appending("summary.csv"), found: "3", known: 2, writer: nil)
      )
      // Nothing of another version's file is looked at before its number.
      for (text, found) in [(#"{"schema_version": 7}"#, "7"), (#"{"schemaVersion": 1}"#, "1")] {
        try path.appending("meta.json").write(text)
        let inMeta = #expect(throws: ResultsError.self) { try Run.load(path) }
        #expect(
          inMeta
            == .foreignSchema(
              path: path.appending("meta.json"), found: found, known: 2, writer: nil))
        #expect(inMeta?.exitCode == 65)
      }
    }
  }

  @Test("To be set beside others it must be of this schema: that is no fault of its; status 69")
  func foreignSchemaBesideOthers() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let path = try RunDirectory.create(in: root, for: &meta).path
      try path.appending("meta.json").write(#"{"schema_version": 7}"#)
      let error = #expect(throws: ResultsError.self) { try Run.loadToCompare(path) }
      #expect(error?.exitCode == 69)
      #expect(error?.description.contains("schema version 7") == true)
      try path.appending("meta.json").write("{")
      let damaged = #expect(throws: ResultsError.self) { try Run.loadToCompare(path) }
      #expect(damaged?.exitCode == 65)
    }
  }

  @Test("A label that was edited stays on one line")
  func editedLabel() throws {
    var meta = Meta.sample
    meta.label = "web\n42\u{1b}[31m\r\n"
    let read = try Meta(json: meta.json(path: "meta.json"), path: "meta.json")
    #expect(read.label == "web 42 [31m")
  }

  @Test("A run of schema 1 is refused with the way out: the commit that wrote it")
  func firstSchema() throws {
    try withTemporaryDirectory { root in
      let path = root.appending("old").appending("meta.json")
      try path.write(#"{"schemaVersion": 1, "commit": "7e2a1540abcd", "runID": "x"}"#)
      let error = try #require(throws: ResultsError.self) { try Run.load(root.appending("old")) }
      #expect(
        error.description == """
          \(try root.resolved())/old/meta.json: schema version 1, but this build reads version 2; \
          read it with the build of commit 7e2a1540abcd, which wrote it, or measure again
          """)
    }
  }

  @Test("Keys of meta.json are all of one case")
  func keys() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      meta.finished = meta.started
      (meta.status, meta.statusReason, meta.commit) = (.complete, "x", "y")
      (meta.dirty, meta.label, meta.falseDiscoveryControl) = (true, "z", "words")
      meta.noiseFloor = try .sample(twins: 1, median: 0, p95: 0)
      meta.rows = Meta.Rows(summary: 1, samples: 1)
      meta.savings = [
        Meta.Saving(order: 9, layout: "mask", vmemmapPages: 8, bytesMeasured: 1, bytesByFormula: 1)
      ]
      meta.machine.maxMapCount = 1
      meta.machine.nodes = [Machine.Node(id: 0, cpus: "0", memoryBytes: 1)]
      meta.machine.shmemHuge = "never"
      let directory = try RunDirectory.create(in: root, for: &meta)
      let keys = try directory.path.appending("meta.json").text.matches(of: /"([^"]*)" :/)
        .map { String($0.1) }
      #expect(keys.contains("max_map_count") && keys.contains("run_id"))
      for key in keys { #expect(key.wholeMatch(of: /[a-z0-9_]+/) != nil, "\(key)") }
    }
  }

  @Test(
    "A complete run that lost rows or has some twice is refused",
    arguments: ["summary.csv", "samples.csv"], [0, 1, 3])
  func lostRows(name: String, left: Int) throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      meta.status = .complete
      meta.rows = Meta.Rows(summary: 2, samples: 2)
      let directory = try RunDirectory.create(in: root, for: &meta)
      try directory.writeSummary([.sample(cell: 1), .sample(cell: 2)])
      try directory.appendSamples([.sample(round: 1), .sample(round: 2)])
      _ = try Run.load(directory.path).samples()
      let path = try directory.path.resolved().appending(name)
      let lines = try path.text.split(separator: "\n")
      let third = lines[2].replacing(
        name == "summary.csv" ? ",2,compound" : ",2,1,3,",
        with: name == "summary.csv" ? ",3,compound" : ",3,1,3,")
      try path.write((lines + [third]).prefix(1 + left).joined(separator: "\n") + "\n")
      let error = try #require(throws: ResultsError.self) { try Run.load(directory.path).samples() }
      #expect(error == .rowCount(path: path, found: left, written: 2))
      #expect(error.exitCode == 65)
      #expect(error.description.contains("but 2 were written, as meta.json says"))
    }
  }

  @Test(
    "A pipe or a device in a file's place is refused at once",
    arguments: ["meta.json", "summary.csv"])
  func notFiles(name: String) throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      try directory.writeSummary([.sample()])
      let path = try directory.path.resolved().appending(name)
      try path.removeFile()
      #expect(unsafe path.withPlatformString { unsafe mkfifo($0, 0o600) } == 0)
      let pipe = #expect(throws: ResultsError.self) { try Run.load(directory.path) }
      #expect(pipe == .unsuitable(path: path, why: "not a regular file"))
      #expect(pipe?.exitCode == 65)
      try path.removeFile()
      try FilePath("/dev/zero").link(at: path)
      let device = #expect(throws: ResultsError.self) { try Run.load(directory.path) }
      #expect(device == .unsuitable(path: path, why: "not a regular file"))
    }
  }

  @Test("While a run goes on, meta.json keeps room on the disk; its last word gives that back")
  func room() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      meta.status = .running
      let directory = try RunDirectory.create(in: root, for: &meta)
      func bytesOnDisk() throws -> Int {
        let file = try FileDescriptor.open(directory.path.appending("meta.json"), .readOnly)
        return try file.closeAfter {
          var status = Glibc.stat()
          #expect(unsafe fstat(file.rawValue, &status) == 0)
          return 512 * Int(status.st_blocks)
        }
      }
      let size = try directory.path.appending("meta.json").text.utf8.count
      try #require(size < 32 << 10)
      #expect(try bytesOnDisk() >= 64 << 10)
      meta.status = .failed
      directory.dropRows()
      try directory.write(meta)
      #expect(try bytesOnDisk() < 64 << 10)
      #expect(try Run.load(directory.path).summary == [])
    }
  }

  @Test("The data package describes the tables that are there, and all before there are any")
  func dataPackage() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      let path = directory.path.appending("datapackage.json")
      for name in ["summary", "samples", "codegen", "unmeasured"] {
        #expect(try path.text.contains("\"path\" : \"\(name).csv\""))
      }
      try directory.writeSummary([.sample()])
      try directory.writeUnmeasured([])
      try directory.describeTables()
      let text = try path.text
      for (name, isThere) in [
        ("summary", true), ("samples", false), ("codegen", false), ("unmeasured", true),
      ] {
        #expect(text.contains("\"path\" : \"\(name).csv\"") == isThere)
      }
      #expect(text.contains("\"missingValues\" : [\n"))
    }
  }

  @Test(
    "A damaged meta.json is told in one line",
    arguments: [
      "", "{", "[]", #"{"schema_version": 2}"#, #"{"schema_version": 2, "started": "x"}"#,
      #"{"schema_version": "2"}"#,
    ]
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
