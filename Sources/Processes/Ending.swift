/// How a process ended.
public enum Ending: Equatable, Sendable {
  /// By itself, with a status: 0 if all went well.
  case exit(status: Int32)
  /// By a signal; `dumpedCore` where it left its memory in a file.
  case signal(Int32, dumpedCore: Bool)

  /// From what `waitpid()` tells, laid out as in `<bits/waitstatus.h>`.
  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7f
    self =
      signal == 0
      ? .exit(status: (waitStatus >> 8) & 0xff)
      : .signal(signal, dumpedCore: waitStatus & 0x80 != 0)
  }

  public var isSuccess: Bool { self == .exit(status: 0) }
}

extension Ending: CustomStringConvertible {
  public var description: String {
    switch self {
    case .exit(let status): "status \(status)"
    case .signal(let number, let dumpedCore):
      "signal \(number)" + (dumpedCore ? ", core dumped" : "")
    }
  }
}
