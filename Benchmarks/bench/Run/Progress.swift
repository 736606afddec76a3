import Foundation

/// What has been done and how long the rest will take, on standard error.
///
/// One line that rewrites itself on a terminal; a plain line now and then otherwise.
struct Progress {
  private let total: Int
  private var done = 0
  private let begin = Date()
  private var lastLine = Date.distantPast
  private let isTerminal = isatty(STDERR_FILENO) != 0

  /// - Parameter total: the number of steps of about equal length.
  init(total: Int) {
    self.total = total
  }

  mutating func step(_ what: String) {
    done += 1
    let interval = isTerminal ? 0.1 : 10
    guard Date().timeIntervalSince(lastLine) >= interval else { return }
    lastLine = Date()
    let elapsed = Date().timeIntervalSince(begin)
    let left = elapsed / Double(done) * Double(total - done)
    let line = "\(done)/\(total), \(seconds(left)) left: \(what)"
    if isTerminal {
      write("\r\u{1b}[K" + line)
    } else {
      write(line + "\n")
    }
  }

  /// Clears the line on a terminal.
  func finish() {
    if isTerminal { write("\r\u{1b}[K") }
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}

/// A duration for people: `8 s`, `3 min 20 s`.
func seconds(_ duration: Double) -> String {
  let whole = Int(duration.rounded(.up))
  return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
}
