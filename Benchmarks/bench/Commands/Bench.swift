import ArgumentParser
import Processes

/// The command that everything starts from.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract:
      "Times compound_head() and page_ref_add_unless() over real memory maps, in the encodings "
      + "that Linux had before 7.1 and has since.",
    usage: "bench [<command>] [<option> ...]",
    discussion: """
      Without a command it measures the preset 'default', in about a minute, and prints the answer.

        bench list                        what that would be
        bench run --preset smoke          whether all works here
        bench run --operation compound_head --order 9 --hvo off,on
        bench report --style mm           the last run as a table for a mail
        bench help run                    every option and its values

      Exit status: 0 fine; 1 a regression (compare); 2 a wrong answer or a failed run; 64 usage; \
      65 unreadable data; 66 no such run; 69 runs that can't be compared; 71 the system \
      refused something; 73, 74 can't write; 128 + N stopped by signal N.
      """,
    // Git is asked for the commit, which takes a while: only where somebody wants to know.
    version: ProgramArguments.typed.contains("--version") ? Version.text() : "unknown",
    subcommands: [
      RunCommand.self, ListCommand.self, CompareCommand.self, MachinesCommand.self,
      ReportCommand.self, CodegenCommand.self, MemmapCommand.self, SelfTestCommand.self,
      ReplayCommand.self, DoctorCommand.self, TortureCommand.self, LayoutCommand.self,
      KernelCommand.self, MeasureCommand.self,
    ],
    defaultSubcommand: RunCommand.self)

  static func main() {
    StandardStreams.prepare()
    var ending = CommandEnding.success
    do {
      try refuseUnknownCommands(ProgramArguments.typed)
      try refuseRepeatedOptions(ProgramArguments.typed)
      var command = try parseAsRoot(ProgramArguments.typed)
      do {
        try command.run()
      } catch {
        let own = type(of: command).configuration.commandName
        ending = CommandEnding(error, of: own.map { "bench \($0)" } ?? "bench")
      }
    } catch {
      ending = CommandEnding(error, of: nil)
    }
    ending.exit()
  }

  /// The parser takes a word that is no command for an argument of the default one, or, after `help`, for
  /// nothing.
  private static func refuseUnknownCommands(_ arguments: some Sequence<String>) throws {
    let commands = configuration.subcommands.map { $0.configuration }
    let words = arguments.prefix { !$0.hasPrefix("-") }
    for word in words.first == "help" ? words.dropFirst() : words.prefix(1)
    where word != "help" && !commands.contains(where: { $0.commandName == word }) {
      let names = commands.filter(\.shouldDisplay).compactMap(\.commandName)
      throw ValidationError(
        "there is no command '\(word)'; there are: \(names.joined(separator: ", "))")
    }
  }

  /// The parser takes the last value of an option that is given twice, without a word about the first.
  private static func refuseRepeatedOptions(_ arguments: some Sequence<String>) throws {
    var seen: Set<Substring> = []
    for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("--") {
      let name = argument.prefix { $0 != "=" }
      guard seen.insert(name).inserted else {
        throw ValidationError(
          "\(name) is given twice; give it once, and where it takes several values, with commas between them"
        )
      }
    }
  }
}
