import Foundation

/// A process of its own that measures a plan once and tells about it line by line.
final class MeasuringProcess: @unchecked Sendable {
  private let process = Process()
  private let output = Pipe()

  /// Starts this program again with `arguments`.
  init(arguments: [String]) throws {
    process.executableURL = Executable.url
    process.arguments = arguments
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  /// Ends the process; ``messages(_:)`` then returns.
  ///
  /// It has nothing to put in order, and has inherited from this process that SIGTERM is ignored.
  func stop() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// Hands over each message as it comes, until the process ends.
  ///
  /// - Returns: how the process ended.
  func messages(_ body: (WorkerMessage) throws -> Void) throws -> Ending {
    let decoder = JSONDecoder()
    var pending = Data()
    while true {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      pending += data
      while let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = pending[pending.startIndex..<newline]
        try body(try decoder.decode(WorkerMessage.self, from: line))
        pending = Data(pending[(newline + 1)...])
      }
    }
    process.waitUntilExit()
    switch process.terminationReason {
    case .exit: return process.terminationStatus == 0 ? .finished : .failed
    case .uncaughtSignal: return .signal(process.terminationStatus)
    @unknown default: return .failed
    }
  }

  enum Ending: Equatable {
    case finished
    case failed
    case signal(Int32)
  }
}
