import Foundation
import Processes
import SystemPackage

/// An `objdump` of LLVM or GNU binutils.
struct Objdump: Equatable {
  let path: String

  /// The first of ``candidates(searchPath:)``.
  static func find(
    searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
  ) throws(MachineCodeError) -> Objdump {
    guard let objdump = candidates(searchPath: searchPath).first else {
      throw .objdumpNotFound(searchPath: searchPath)
    }
    return objdump
  }

  /// Every objdump there is. The one beside `swift` is first: it knows what its compiler emits.
  static func candidates(searchPath: String) -> [Objdump] {
    let folders = searchPath.split(separator: ":").map { URL(fileURLWithPath: String($0)) }
    let files = FileManager.default
    func executables(_ name: String) -> [URL] {
      folders.map { $0.appendingPathComponent(name) }
        .filter { files.isExecutableFile(atPath: $0.path) }
    }
    let besideSwift = executables("swift").prefix(1).map {
      $0.resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("llvm-objdump")
    }
    return
      (besideSwift.filter { files.isExecutableFile(atPath: $0.path) }
      + executables("llvm-objdump") + executables("objdump"))
      .map { Objdump(path: $0.path) }
  }

  /// More than the tool prints, and needs: some 60 MB for all timed loops.
  private static let limits = (bytes: 128 << 20, time: Duration.seconds(300))

  /// What the tool prints on standard output for each list of arguments, run at the same time; its
  /// complaints go to our standard error.
  func run(_ runs: [[String]]) throws(MachineCodeError) -> [String] {
    // GNU objdump translates its headings.
    let commands = runs.map {
      Command(
        FilePath(path), $0.map(Command.Argument.init(_:)), environment: ["LC_ALL": "C"])
    }
    do throws(ProcessError) {
      return try Command.collect(
        commands, limit: Self.limits.bytes, timeout: Self.limits.time, errors: .inherited
      ).map { String(decoding: $0, as: UTF8.self) }
    } catch {
      throw .objdumpFailed(error)
    }
  }
}
