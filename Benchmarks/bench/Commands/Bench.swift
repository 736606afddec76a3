import ArgumentParser
import Foundation
import MachineCode
import Results
import Vmemmap

/// The command that everything starts from.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract:
      "Times compound_head() and page_ref_add_unless() over real memory maps, in the encodings "
      + "that Linux had before 7.1 and has since.",
    discussion: """
      Exit status: 0 fine; 1 a regression (compare); 2 a wrong answer or a failed run; 64 usage; \
      65 unreadable data; 66 no such run; 69 runs that can't be compared; 73, 74 can't write.
      """,
    subcommands: [
      RunCommand.self, ListCommand.self, CompareCommand.self, ReportCommand.self,
      CodegenCommand.self, MemmapCommand.self, SelfTestCommand.self, ReplayCommand.self,
      DoctorCommand.self, TortureCommand.self, LayoutCommand.self, KernelCommand.self, MeasureCommand.self,
    ],
    defaultSubcommand: RunCommand.self)

  static func main() {
    // A full disk or a limit on file size is an error to report, not a signal to die of.
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    var name = configuration.commandName ?? ""
    do {
      var command = try parseAsRoot()
      if let own = type(of: command).configuration.commandName { name += " \(own)" }
      try command.run()
    } catch let error as ValidationError {
      // Thrown while planning; what the parser refuses, it has told with the command's usage.
      fail(
        "\(error.message)\n  See '\(name) --help' for more information.",
        ExitCode.validationFailure.rawValue)
    } catch let error as ResultsError {
      fail(error.description, error.exitCode)
    } catch let error as FailedRun {
      fail(error.description, 2)
    } catch let error as VmemmapError {
      fail(error.description, 2)
    } catch let error as MachineCodeError {
      fail(error.description, 2)
    } catch {
      exit(withError: error)
    }
  }

  private static func fail(_ message: String, _ status: Int32) -> Never {
    FileHandle.standardError.write(Data("Error: \(message)\n".utf8))
    Foundation.exit(status)
  }
}

/// A run that has no result: a wrong answer, or a measuring process that died.
struct FailedRun: Error, CustomStringConvertible {
  let description: String
}
