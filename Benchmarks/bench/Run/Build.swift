import CVmemmap
import Foundation
import Results

extension Meta.Compiler {
  /// What this program was built with.
  static var thisBuild: Meta.Compiler {
    #if DEBUG
      let flags = ["-c", "debug"]
    #else
      let flags = ["-c", "release"]
    #endif
    return Meta.Compiler(version: unsafe String(cString: cvm_compiler_version()), flags: flags)
  }
}

/// This program's own file.
enum Executable {
  /// Its path, resolved here: in another process /proc/self is that process.
  static let url = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
}

/// The git repository that this program was built in, if there is one.
enum Repository {
  /// The commit that is checked out, and whether files differ from it.
  static func state() -> (commit: String?, dirty: Bool?) {
    guard let commit = git("rev-parse", "--short=12", "HEAD") else { return (nil, nil) }
    return (commit, git("status", "--porcelain").map { !$0.isEmpty })
  }

  private static func git(_ arguments: String...) -> String? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", Executable.url.deletingLastPathComponent().path] + arguments
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    do {
      try process.run()
    } catch {
      return nil
    }
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
