import Foundation
import Processes

/// A process of its own that measures an assignment and tells about it line by line.
struct MeasuringProcess: ~Copyable {
  private var child: ChildProcess
  /// What was read of it and not yet handed over.
  private var pending: [UInt8] = []

  /// What happens next to who waits for a measuring process.
  enum Event {
    case message(WorkerMessage)
    /// All that it told was handed over before.
    case ended(Ending)
    case stop(StopSignal)
  }

  /// Starts this program again.
  ///
  /// - Parameter run: a name for people who look at the processes.
  init(_ assignment: Assignment, of run: String) throws {
    child = try ChildProcess(
      Command(
        "/proc/self/exe", ["measure", "\(run)/\(assignment.process)"],
        environment: Self.keepingMemory),
      input: .bytes([UInt8](JSONEncoder().encode(assignment))), output: .pipe)
  }

  /// Each cell has streams of some MiB. What they leave is kept for the next one's: given back to the
  /// system and taken again, its pages would be cleared, which takes a sixth of a default run.
  private static let keepingMemory = [
    "MALLOC_MMAP_THRESHOLD_": "\(32 << 20)", "MALLOC_TRIM_THRESHOLD_": "\(1 << 30)",
  ]

  /// Waits for what comes next; how long a cell takes is for the process to know.
  mutating func next(or signals: StopSignals) throws -> Event {
    while true {
      if let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Data(pending[..<newline])
        pending.removeSubrange(...newline)
        return .message(try JSONDecoder().decode(WorkerMessage.self, from: line))
      }
      switch try child.next(into: &pending, until: .now + .seconds(60), or: signals) {
      case .output, .endOfOutput, .timeout: continue
      case .ended(let ending): return .ended(ending)
      case .stop(let signal): return .stop(signal)
      }
    }
  }
}
