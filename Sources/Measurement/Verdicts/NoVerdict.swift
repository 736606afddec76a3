/// Why an arm gets no verdict, not even that the run can't tell.
public enum NoVerdict: Error, Equatable, CustomStringConvertible {
  /// Fewer processes measured it than ``VerdictRule/fewestProcesses``.
  case tooFewProcesses(found: Int, needed: Int)

  /// One line.
  public var description: String {
    switch self {
    case .tooFewProcesses(let found, let needed):
      """
      no verdict from \(found) process\(found == 1 ? "" : "es"): it takes \(needed) to tell a \
      difference from the luck of one
      """
    }
  }
}
