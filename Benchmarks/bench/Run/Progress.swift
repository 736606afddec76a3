import Processes
import Text

/// What has been done and how long the rest will take, on standard error:
/// "[ 47/222] 12 s left  compound_head latency, order 9, mix".
///
/// One line that rewrites itself on a terminal; a plain line now and then otherwise.
struct Progress {
  private let total: Int
  private let isQuiet: Bool
  private var done = 0
  private let begin = Deadline.now
  private var lastLine: Deadline?
  /// Whether a line can be written over.
  private let isRewritten = StandardError.isRewritable

  /// - Parameters:
  ///   - total: the number of steps of about equal length.
  ///   - isQuiet: whether to say nothing at all.
  init(total: Int, isQuiet: Bool) {
    self.total = total
    self.isQuiet = isQuiet
  }

  mutating func step(_ what: String) {
    done += 1
    let now = Deadline.now
    let interval = Duration.seconds(isRewritten ? 0.1 : 10)
    if let lastLine, lastLine.duration(to: now) < interval { return }
    lastLine = now
    let left = begin.duration(to: now) / Double(done) * Double(total - done)
    let number = String(done).padded(to: String(total).count, .right)
    let line = "[\(number)/\(total)] \(seconds(left / .seconds(1))) left  \(what)"
    guard isRewritten else { return write(line + "\n") }
    // A line that reaches the last column would leave a row behind. Asked each time: windows change.
    write("\r\u{1b}[K" + line.prefix(max(1, StandardError.columns ?? 80) - 1))
  }

  /// Clears the line on a terminal.
  func finish() {
    if isRewritten { write("\r\u{1b}[K") }
  }

  /// Measuring waits for nobody who reads.
  private func write(_ text: String) {
    if !isQuiet { StandardError.write(text, patience: .zero) }
  }
}

/// A duration for people: `8 s`, `3 min 20 s`, `11 h 2 min`.
func seconds(_ duration: Double) -> String {
  let whole = Int(duration.rounded(.up))
  return switch whole {
  case ..<60: "\(whole) s"
  case ..<3600: "\(whole / 60) min \(whole % 60) s"
  default: "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
