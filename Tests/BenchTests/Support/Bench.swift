import Foundation
import Testing

/// The built program, run the way a person or a script runs it.
enum Bench {
  static let buildCommand = "swift build -c release --product bench"

  static let path: String =
    ProcessInfo.processInfo.environment["BENCH_BINARY"] ?? build("release")

  /// SwiftPM builds it beside the tests.
  static let debugPath = build("debug")

  private static func build(_ name: String) -> String {
    URL(filePath: #filePath).appending(path: "../../../../.build/\(name)/bench").standardized.path
  }

  static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: path) }

  /// Arguments of a run of two cells and the self-test, over in a moment.
  static let tinyPlan = [
    "--order", "0", "--operation", "compound_head", "--mode", "throughput", "--footprint", "one",
    "--processes", "1", "--budget", "0.2",
  ]

  /// Runs the program to its end, with results in `directory`.
  /// - Parameter searchPath: what PATH is for the program; the test's own by default.
  static func run(
    _ arguments: [String], in directory: URL, searchPath: String? = nil
  ) throws -> Ending {
    try StartedProgram(path, arguments, in: directory, searchPath: searchPath).ending()
  }

  /// How the program ended, and what it said.
  struct Ending {
    /// The exit status, or the number of the signal that ended it.
    let status: Int32
    let reason: Process.TerminationReason
    let output: String
    let errors: String

    /// The lines that tell of an error, without those on usage.
    var errorMessages: [Substring] {
      errors.split(separator: "\n").filter { $0.hasPrefix("Error:") }
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where the program is not built; ``isBuilt()`` fails there.
  static var needsProgram: Self {
    .enabled(if: Bench.isBuilt, "built with '\(Bench.buildCommand)'")
  }

  /// Skips where the tests may not become somebody else.
  static var needsRoot: Self { .enabled(if: geteuid() == 0, "only root can become nobody") }
}

/// A program that runs while the test looks on.
final class StartedProgram {
  private let process = Process()
  private let transcripts: TemporaryDirectory
  private let watchdog: DispatchWorkItem

  /// A program that hangs fails its test after so many seconds, not the whole suite. They are
  /// enough for a machine that does four other things.
  private static let patience = 240.0

  init(
    _ path: String, _ arguments: [String], in directory: URL, searchPath: String? = nil
  ) throws {
    transcripts = try TemporaryDirectory()
    let process = process
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = directory
    if let searchPath {
      process.environment = ProcessInfo.processInfo.environment.merging(["PATH": searchPath]) { $1 }
    }
    process.standardInput = FileHandle.nullDevice
    // Files, because a pipe that nobody empties stops the program.
    process.standardOutput = try transcripts.newFile("output")
    process.standardError = try transcripts.newFile("errors")
    watchdog = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
    try Self.withoutBlockedSignals { try process.run() }
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience, execute: watchdog)
  }

  /// Threads of the test's process block signals, and what they start would inherit that.
  private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }

  var isRunning: Bool { process.isRunning }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Sends a signal to the program and those that it has started, as a terminal does: Foundation gives it
  /// a process group of its own.
  func sendToAll(_ signal: Int32) { kill(-process.processIdentifier, signal) }

  /// Waits for the end.
  func ending() throws -> Bench.Ending {
    process.waitUntilExit()
    watchdog.cancel()
    return Bench.Ending(
      status: process.terminationStatus, reason: process.terminationReason,
      output: try transcripts.text("output"), errors: try transcripts.text("errors"))
  }
}

/// Looks again and again until the condition holds; false if it does not for so many seconds.
func happens(within seconds: Double, _ condition: () -> Bool) -> Bool {
  let deadline = Date(timeIntervalSinceNow: seconds)
  while !condition() {
    guard Date() < deadline else { return false }
    Thread.sleep(forTimeInterval: 0.02)
  }
  return true
}
