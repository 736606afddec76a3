import ArgumentParser
import CVmemmap
import Foundation
import Host
import MachineCode
import Processes
import Results
import SystemPackage

extension Meta.Compiler {
  /// What this program was built with.
  static var thisBuild: Meta.Compiler {
    #if DEBUG
      let flags = ["-c", "debug"]
    #else
      let flags = ["-c", "release"]
    #endif
    return Meta.Compiler(
      version: unsafe String(cString: cvm_compiler_version()),
      swift: swiftVersion, flags: flags)
  }
}

/// Refuses what a build without optimisation can't do as it is meant, with the reason and the way out.
///
/// - Parameters:
///   - why: goes on from "this is a debug build, ".
///   - option: what allows it all the same.
func requireOptimisedBuild(_ why: String, orPass option: String? = nil) throws(ValidationError) {
  guard Meta.Compiler.thisBuild.isDebug else { return }
  throw ValidationError(
    "this is a debug build, \(why); take 'swift run -c release bench'"
      + (option.map { ", or pass \($0)" } ?? ""))
}

/// The same where times are told.
func requireOptimisedTimings(orPass option: String? = nil) throws(ValidationError) {
  try requireOptimisedBuild("whose timings say nothing about the kernel", orPass: option)
}

extension Finding {
  /// What of this build hurts measurement.
  static var ofThisBuild: [Finding] {
    guard Meta.Compiler.thisBuild.isDebug else { return [] }
    return [
      Finding(
        what: "debug build",
        why: "code without optimisation, whose timings say nothing about the kernel; "
          + "'swift run -c release bench' measures")
    ]
  }
}

/// "6.3": no compiler tells its version to the code, and on Linux its standard library comes with it. That
/// one does not know the third number.
private let swiftVersion = _SwiftStdlibVersion.current.description
  .split(separator: ".").prefix(2).joined(separator: ".")

/// This program's own file.
enum Executable {
  /// Its path, resolved here: in another process /proc/self is that process.
  static let url = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
}

extension Meta.Binary {
  /// This program.
  static func running(seenFrom directory: RunDirectory) -> Meta.Binary {
    let file = FilePath(Executable.url.path)
    let place = FilePath(URL(filePath: directory.path.string).resolvingSymlinksInPath().path)
    return Meta.Binary(
      path: file.relative(to: place).string, buildID: BuildID.read("/proc/self/exe"))
  }

  /// The file that measured a run, if it is still there and the same. It may be this program, wherever the run
  /// was moved to.
  func file(of run: Results.Run) throws(BinaryGone) -> FilePath {
    let path = run.path.pushing(FilePath(path)).lexicallyNormalized()
    guard let buildID else {
      throw BinaryGone(why: "\(path) has no build id, so that nobody knows it again")
    }
    if buildID == BuildID.read("/proc/self/exe") { return FilePath(Executable.url.path) }
    guard FileManager.default.isExecutableFile(atPath: path.string) else {
      throw BinaryGone(why: "\(path), which measured \(run.path), is gone, or the run was moved")
    }
    guard BuildID.read(path) == buildID else {
      throw BinaryGone(why: "\(path) was built anew since it measured \(run.path)")
    }
    return path
  }
}

/// Why a program can't measure again.
struct BinaryGone: Error {
  let why: String
}

extension FilePath {
  /// The way to this path from a directory; both are absolute and without links.
  fileprivate func relative(to directory: FilePath) -> FilePath {
    let (mine, theirs) = (Array(components), Array(directory.components))
    let shared = zip(mine, theirs).prefix { $0 == $1 }.count
    // Nothing in common but the root: the way up would only hide where it is.
    guard shared > 0 else { return self }
    let up = FilePath(
      root: nil, Array(repeating: FilePath.Component(".."), count: theirs.count - shared))
    return up.appending(mine[shared...])
  }
}

/// The git repository that this program was built in, if there is one.
enum Repository {
  /// The commit that is checked out, and whether files differ from it; of a copy of the program on a
  /// machine without the repository, what was checked out where it was built.
  static func state() -> (commit: String?, dirty: Bool?) {
    if let told { return told }
    guard let commit = git("rev-parse", "--short=12", "HEAD") else { return (nil, nil) }
    return (commit, git("status", "--porcelain").map { !$0.isEmpty })
  }

  /// What stands in a file beside the program, `bench.commit`: "1a2b3c4d5e6f" or "1a2b3c4d5e6f dirty".
  private static var told: (commit: String?, dirty: Bool?)? {
    let file = Executable.url.appendingPathExtension("commit")
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
    let words = text.split(whereSeparator: \.isWhitespace)
    return words.first.map { (String($0), words.last == "dirty") }
  }

  private static func git(_ arguments: Command.Argument...) -> String? {
    let folder = Executable.url.deletingLastPathComponent().path
    let git = Command("git", ["-C", Command.Argument(folder)] + arguments)
    guard let bytes = try? git.collect(limit: 64 << 20, timeout: .seconds(20)) else { return nil }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
