import FoundationEssentials
public import SystemPackage

/// A run that others are compared with, by a name: a link `baselines/NAME` in the directory of runs.
///
/// A link, so that what the run says of where it lies stays true; it ends with the run.
public enum Baseline {
  private static let folder = "baselines"

  /// Whether it can be a name: letters, digits, points, underscores and hyphens, of which the first is a
  /// letter or digit, 64 at most.
  public static func isName(_ text: String) -> Bool {
    let marks: Set<Character> = [".", "_", "-"]
    return (1...64).contains(text.count)
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || marks.contains($0) }
      && text.first.map { !marks.contains($0) } == true
  }

  /// Names a run in `root`; a name that was given before is taken from the other run.
  /// - Throws: `cannotCreate`; the name then is what it was.
  public static func save(
    _ name: String, of directory: RunDirectory, in root: FilePath
  ) throws(ResultsError) {
    let run = directory.path.lastComponent?.string ?? ""
    let link = root.appending(folder).appending(name)
    // Named after the run: other processes may be giving the same name.
    let temporary = root.appending(folder).appending(".\(run)-\(name)")
    do throws(Errno) {
      try root.appending(folder).makeDirectories()
      try? temporary.removeFile()
      try FilePath("..").appending(run).link(at: temporary)
      try temporary.replace(link)
    } catch {
      try? temporary.removeFile()
      throw .cannotCreate(path: link, errno: error)
    }
  }

  /// Where the run of that name is.
  /// - Throws: `noSuchBaseline`.
  public static func path(_ name: String, in root: FilePath) throws(ResultsError) -> FilePath {
    let path = root.appending(folder).appending(name)
    guard isName(name), (try? path.resolved()) != nil else {
      throw .noSuchBaseline(name: name, known: names(in: root))
    }
    return path
  }

  private static func names(in root: FilePath) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: root.appending(folder).string))?
      .filter(isName).sorted() ?? []
  }
}
