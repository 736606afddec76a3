import ArgumentParser
import Glibc
import Host
import Kernel
import KernelBinary
import MachineCode
import Measurement
import Processes
import Results
import Vmemmap

/// What the program says at its end, and its exit status: the one place where errors become numbers.
struct CommandEnding {
  /// For standard output, such as help that was asked for.
  var output: String?
  /// For standard error.
  var message: String?
  var status: Int32

  static let success = CommandEnding(status: 0)

  /// The status of a failed run or a wrong answer.
  private static let failedRun: Int32 = 2
  /// EX_DATAERR.
  private static let badData: Int32 = 65
  /// EX_UNAVAILABLE: what was asked for can't be had of these runs.
  private static let unavailable: Int32 = 69
  /// EX_OSERR of `sysexits.h`: the system refused something.
  static let systemError: Int32 = 71
  /// EX_IOERR.
  private static let outputError: Int32 = 74

  /// - Parameter name: the command that was running, such as "bench run"; nil where the command line
  ///   could not be understood, which the parser then tells with its usage.
  init(_ error: any Error, of name: String?) {
    self.init(status: Self.systemError)
    switch error {
    case let error as ExitCode:
      status = error.rawValue
    case let error as ValidationError where name != nil:
      // Thrown while planning.
      status = ExitCode.validationFailure.rawValue
      message =
        Self.line(error.message) + "\n  See '\(name ?? "") --help' for more information."
    case let error as ResultsError:
      status = error.exitCode
      message = Self.line(error.description)
    case let error as ResumeError:
      status = Self.unavailable
      message = Self.line(error.description)
    case VmemmapError.system, VmemmapError.numa, SystemTreeError.unreadable,
      KernelError.file(.unreadable), KernelError.unwritable, KernelError.unmappable,
      KernelError.fewHugePages, KernelError.hiddenFrame, MachineCodeError.objdumpNotFound:
      message = Self.line("\(error)")
    case MachineCodeError.unreadable, MachineCodeError.notLinkedX86, MachineCodeError.stripped,
      MachineCodeError.symbolNotFound, MachineCodeError.noSymbolWithPrefix,
      MachineCodeError.noLoop:
      status = Self.badData
      message = Self.line("\(error)")
    case is FailedRun, is WrongAnswer, is EstimateError, is VmemmapError, is MachineCodeError,
      is KernelError, is SystemTreeError:
      status = Self.failedRun
      message = Self.line("\(error)")
    case let error as KernelImageError:
      if !error.isOfSystem { status = Self.badData }
      message = Self.line(error.description)
    case let error as ProcessError:
      message = Self.line(error.description)
    default:
      switch Bench.exitCode(for: error) {
      case .success:
        status = 0
        output = Bench.fullMessage(for: error)
      case .validationFailure:
        status = ExitCode.validationFailure.rawValue
        message = Bench.fullMessage(for: error)
      default:
        // The parser's 1 would say that something got worse.
        message = Self.line(Bench.message(for: error))
      }
    }
  }

  private init(status: Int32) { self.status = status }

  /// Says it, and ends the process.
  func exit() -> Never {
    if let output { print(output) }
    // What was printed comes before what is said about it.
    let unwritten = StandardOutput.finish()
    var status = status
    if let message { StandardError.write(message + "\n") }
    // Who closes a pipe has seen enough.
    if let unwritten, unwritten != .brokenPipe {
      StandardError.write(
        Self.line("cannot write standard output: \(unwritten); send it where there is room") + "\n")
      if status == 0 { status = Self.outputError }
    }
    Glibc.exit(status)
  }

  /// One line, whatever a name or a damaged file has brought into the text.
  private static func line(_ text: String) -> String {
    "Error: "
      + text.unicodeScalars.map {
        $0.properties.generalCategory == .control ? $0.escaped(asASCII: true) : String($0)
      }.joined()
  }
}

/// A run that has no result: a wrong answer, or a measuring process that died.
struct FailedRun: Error, CustomStringConvertible {
  let description: String
}
