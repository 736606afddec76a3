public import SystemPackage

/// The directory that a run leaves, readable whenever the process is killed.
///
/// Whole files appear by renaming; samples are appended in whole rows. One process writes.
public struct RunDirectory: Sendable {
  public let path: FilePath
  /// Why `latest` does not lead to it, where it was just made and that could not be.
  public private(set) var linkProblem: ResultsError?

  static let metaName = "meta.json"
  static let summaryName = "summary.csv"
  static let samplesName = "samples.csv"
  static let layoutsName = "layouts.csv"
  static let contentionName = "contention.csv"
  static let codegenName = "codegen.csv"
  static let unmeasuredName = "unmeasured.csv"
  static let planName = "plan.json"
  static let dataPackageName = "datapackage.json"
  static let latestName = "latest"
  /// What scripts/plot draws into.
  static let figuresName = "figures"

  /// Makes `<UTC time>-<machine key>` in `root`, with `meta` in it, and lets `latest` lead to it if it is to be
  /// that; where there can be no links, ``linkProblem`` says so.
  ///
  /// The name comes from `meta.started` and `meta.machine`, with a number added if it is taken;
  /// `meta.runID` becomes the name.
  /// - Throws: `cannotCreate`; nothing is left behind then.
  public static func create(
    in root: FilePath,
    for meta: inout Meta,
    isLatest: Bool = true
  ) throws(ResultsError) -> RunDirectory {
    let time = meta.started.description.replacing(":", with: "-")
    var directory = try makeDirectory(in: root, name: "\(time)-\(meta.machine.machineKey)")
    meta.runID = directory.path.lastComponent?.string ?? ""
    do throws(ResultsError) {
      try directory.write(meta)
      try directory.describeTables()
    } catch {
      for name in [metaName, dataPackageName] { try? directory.path.appending(name).removeFile() }
      try? directory.path.removeDirectory()
      throw error
    }
    guard isLatest else { return directory }
    // Only now: `latest` must not lead to a directory that says nothing yet.
    do throws(ResultsError) {
      try directory.becomeLatest(in: root)
    } catch {
      directory.linkProblem = error
    }
    return directory
  }

  /// The run at `path`, which may be `latest` or another link to it.
  /// - Throws: `noSuchRun`.
  public static func open(_ path: FilePath) throws(ResultsError) -> RunDirectory {
    do throws(Errno) {
      // Once, so that files read later come from the same run when `latest` moves on.
      let directory = RunDirectory(path: try path.resolved())
      _ = try directory.path.appending(metaName).resolved()
      return directory
    } catch {
      throw .noSuchRun(path: path, why: "\(metaName): \(error)")
    }
  }

  private static func makeDirectory(
    in root: FilePath,
    name: String
  ) throws(ResultsError) -> RunDirectory {
    do throws(Errno) {
      try root.makeDirectories()
    } catch {
      throw .cannotCreate(path: root, errno: error)
    }
    var path = root.appending(name)
    var count = 1
    while true {
      do throws(Errno) {
        try path.makeDirectory()
        return RunDirectory(path: path)
      } catch .fileExists {
        count += 1
        path = root.appending("\(name)-\(count)")
      } catch {
        throw .cannotCreate(path: path, errno: error)
      }
    }
  }

  private func becomeLatest(in root: FilePath) throws(ResultsError) {
    guard let name = path.lastComponent else { return }
    let latest = root.appending(Self.latestName)
    // Named after the run: other processes may be doing the same in this root.
    let temporary = root.appending(".\(name.string)-\(Self.latestName)")
    do throws(Errno) {
      try FilePath(name.string).link(at: temporary)
      try temporary.replace(latest)
    } catch {
      try? temporary.removeFile()
      throw .cannotCreate(path: latest, errno: error)
    }
  }
}
