import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

@testable import Results

/// A real short write and a real EFBIG, in a process of its own: the limit is the process's.
@Suite("Full disk")
struct FullDiskTests {
  /// Lets no file of this process grow beyond the limit from now on.
  private static func limitFileSize(to bytes: Int) {
    _ = signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  }

  @Test("A batch of samples that does not fit leaves the rows before it, and no half row")
  func samples() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryDirectory { root in
        var meta = Meta.sample
        let directory = try RunDirectory.create(in: root, for: &meta)
        try directory.appendSamples([.sample()])
        let path = directory.path.appending("samples.csv")
        let before = try path.text
        FullDiskTests.limitFileSize(to: before.utf8.count + 50)
        let batch = (1...10).map { SampleRow.sample(round: $0) }
        #expect(throws: ResultsError.cannotWrite(path: path, errno: .fileTooLarge)) {
          try directory.appendSamples(batch)
        }
        #expect(try path.text == before)
        #expect(try Run.load(directory.path).samples() == [.sample()])
      }
    }
  }

  @Test("A summary that does not fit leaves the one before it, and no temporary file")
  func summary() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryDirectory { root in
        var meta = Meta.sample
        let directory = try RunDirectory.create(in: root, for: &meta)
        try directory.writeSummary([.sample()])
        let path = directory.path.appending("summary.csv")
        FullDiskTests.limitFileSize(to: try path.text.utf8.count + 50)
        let error = #expect(throws: ResultsError.self) {
          try directory.writeSummary([.sample(), .sample(cell: 2)])
        }
        #expect(error == .cannotWrite(path: path, errno: .fileTooLarge))
        #expect(error?.exitCode == 74)
        #expect(try Run.load(directory.path).summary == [.sample()])
        #expect(try directory.path.names == ["datapackage.json", "meta.json", "summary.csv"])
      }
    }
  }

  @Test("The disk holds room for the next meta.json back, and none once that is written")
  func room() throws {
    try withTemporaryDirectory { root in
      var meta = Meta.sample
      let directory = try RunDirectory.create(in: root, for: &meta)
      let path = directory.path.appending("meta.json")
      let held = try path.allocatedBytes()
      let bytes = try path.text.utf8.count
      #expect(held >= 2 * bytes)
      path.giveBackRoom()
      #expect(try path.allocatedBytes() <= bytes + 4096)
      #expect(try path.text.utf8.count == bytes)
    }
  }

  @Test("A directory that may not be written to is told with its path, and nothing is left there")
  func unwritable() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryDirectory { root in
        let nobody: uid_t = 65534
        let results = root.appending("results")
        try results.makeDirectory()
        _ = unsafe chmod(results.string, 0o555)
        // Root may write everywhere.
        if geteuid() == 0 { #expect(seteuid(nobody) == 0) }
        defer { if getuid() == 0 { seteuid(0) } }
        var meta = Meta.sample
        let error = #expect(throws: ResultsError.self) {
          try RunDirectory.create(in: results, for: &meta)
        }
        #expect(error?.exitCode == 73)
        #expect(error?.description.contains("Permission denied") == true)
        #expect(error?.description.contains("\(results)/") == true)
        #expect(try results.names == [])
      }
    }
  }
}

extension FilePath {
  /// The bytes that a file takes on the disk, those behind its end included.
  fileprivate func allocatedBytes() throws -> Int {
    var status = Glibc.stat()
    try #require(unsafe Glibc.lstat(string, &status) == 0)
    return Int(status.st_blocks) * 512
  }
}
