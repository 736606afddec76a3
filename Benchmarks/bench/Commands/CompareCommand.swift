import ArgumentParser
import Foundation
import Processes
import Results
import SystemPackage

/// Whether anything got worse from one run to another.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Says whether arms got slower, or loops got more work, from one run to another.",
    discussion: """
      Times: the two runs name suspects, and a second measurement judges them. An arm is a suspect when \
      its ratio and its difference to its baseline both grew, by more than their intervals and the noise \
      floor explain. Then the suspects' cells alone are measured again, by both programs in turn, \
      and only these new times count: nothing is red before. Without a second measurement they stay \
      suspects, which is status 0.

      Where the baselines' own times moved alike, the harness or the machine changed, and arms are not \
      blamed for it.

      Machine code, exact: loops with more conditional jumps, loads, stores, locked operations, calls or \
      instructions are listed, and red with --strict-code. With two programs in place of runs only their \
      code is compared, and nothing is measured.

      Exit status: 0 nothing got worse, or is only suspected; 1 something did; 66 no such run or \
      baseline, 65 unreadable, 69 the runs can't be judged: the machines differ, nothing matches, a run was \
      cut short, is of another schema or of fewer than three processes, both are one run, or something \
      that is required is missing.
      """)

  @Argument(
    help: ArgumentHelp(
      "The run to compare with, and the one to judge (by default the latest): directories under "
        + "results/, or two programs.", valueName: "run"),
    completion: .directory)
  var runs: [String] = []

  @Option(help: "Compare with the run that 'bench run --save-baseline' named so.")
  var baseline: String?

  @OptionGroup var session: SessionOptions

  @Option(
    help:
      "Measure suspects again: auto (where both programs are at hand), always (or status 69), never."
  )
  var confirm = Confirming.auto

  @Option(help: "Seconds for that, as far as so many cells can be measured in them.")
  var confirmBudget = 240.0

  @Option(help: "The change that counts, such as 5% or 0.05; never below the runs' noise floor.")
  var threshold = Share(value: 0)

  @Option(help: "Compare code or times only.")
  var only: Comparison.Half?

  @Option(
    help: ArgumentHelp(
      "What must be there, all that the base has of it: code, times or code,times; status 69 if it is "
        + "missing."))
  var require: ValueList<Comparison.Half>?

  @Option(
    help: ArgumentHelp(
      "Names of arms and loops that are not looked at, as globs with commas between them.",
      valueName: "glob"))
  var ignore: ValueList<String>?

  @Option(
    help: ArgumentHelp(
      "A file of what may get worse, 'GLOB REASON' on each line.", valueName: "file"))
  var accept: String?

  @Flag(help: "More work in a loop's code is red, and code must be there.")
  var strictCode = false

  @Option(help: "\(Comparison.Style.allCases.map(\.rawValue).joined(separator: ", ")).")
  var style = Comparison.Style.text

  @Flag(help: "Show every row.")
  var all = false

  @Flag(help: "Compare what is there of runs that were stopped or have failed, too.")
  var acceptCut = false

  /// When suspects are measured again.
  enum Confirming: String, CaseIterable, ExpressibleByArgument {
    case auto, always, never
  }

  func validate() throws {
    if let baseline { try requireBaselineName(baseline, option: "--baseline") }
    let most = baseline == nil ? 2 : 1
    guard runs.count <= most, baseline != nil || !runs.isEmpty else {
      throw ValidationError(
        baseline == nil
          ? "give the run to compare with and the one to judge, not \(runs.count) runs"
          : "with --baseline give the run to judge only, not \(runs.count) runs")
    }
    try requireBudget(confirmBudget, option: "--confirm-budget")
    let required = Set(require?.values ?? []).union(strictCode ? [.code] : [])
    if let only, let other = required.first(where: { $0 != only }) {
      throw ValidationError(
        "--only \(only.rawValue) leaves out \(other.rawValue), which --require or --strict-code wants"
      )
    }
  }

  func run() throws {
    let (base, head) = try paths()
    switch (isProgram(base), isProgram(head)) {
    case (true, true): return try comparePrograms(base, head)
    case (false, false): break
    case (let first, _):
      throw ValidationError(
        "'\(first ? base : head)' is a program and '\(first ? head : base)' is none: give two runs, or "
          + "two programs")
    }
    let (old, new) = (try Run.loadToCompare(base), try Run.loadToCompare(head))
    func place(_ run: Run) -> URL {
      URL(filePath: run.path.string).standardizedFileURL.resolvingSymlinksInPath()
    }
    if place(old) == place(new) {
      throw ResultsError.notJudged(why: "'\(base)' and '\(head)' are one run")
    }
    var options = try options()
    let programs = Swift.Result { () throws(BinaryGone) in try second(old, new) }
    if case .success = programs { options.isLiberal = true }
    var comparison = try Comparison(baseline: old, current: new, options: options)
    comparison.path = new.path.asTyped
    switch programs {
    case .success(let second):
      do {
        try second.confirm(&comparison)
      } catch let stopped as SecondMeasurement.Stopped {
        throw ExitCode(stopped.signal.exitStatus)
      } catch let failed as FailedRun {
        comparison.whyUnconfirmed = failed.description
      }
    case .failure(let gone):
      comparison.whyUnconfirmed = gone.why
    }
    try tell(comparison)
    if comparison.hasRegression { throw ExitCode(1) }
    if confirm == .always, !comparison.unconfirmed.isEmpty {
      throw ResultsError.notJudged(
        why: "\(comparison.unconfirmed.count) suspects are left: "
          + (comparison.whyUnconfirmed ?? "too few of the new runs have them"))
    }
  }

  private func paths() throws -> (base: FilePath, head: FilePath) {
    let latest = FilePath(session.output).appending("latest")
    if let baseline {
      return (
        try Baseline.path(baseline, in: FilePath(session.output)),
        runs.first.map { FilePath($0) } ?? latest
      )
    }
    return (FilePath(runs[0]), runs.count == 2 ? FilePath(runs[1]) : latest)
  }

  private func options() throws -> Comparison.Options {
    var options = Comparison.Options()
    options.threshold = threshold.value
    options.only = only
    options.required = Set(require?.values ?? [])
    options.ignored = Exceptions((ignore?.values ?? []).map { .init(glob: $0, reason: "--ignore") })
    if let accept { options.accepted = try Exceptions.load(FilePath(accept)) }
    options.isCodeStrict = strictCode
    options.acceptsCut = acceptCut
    return options
  }

  private func second(_ old: Run, _ new: Run) throws(BinaryGone) -> SecondMeasurement {
    guard confirm != .never, only != .code else { throw BinaryGone(why: "--confirm never") }
    return try SecondMeasurement(
      old, new, output: FilePath(session.output), budget: confirmBudget,
      quiet: session.quiet)
  }

  private func tell(_ comparison: Comparison) throws {
    print(try comparison.render(style, all: all), terminator: "")
    // The page of a workflow's run, where it is one.
    if style == .github,
      let page = ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"], !page.isEmpty
    {
      let text = try comparison.render(.markdown)
      do {
        let file = try FileDescriptor.open(
          FilePath(page), .writeOnly, options: [.append, .create],
          permissions: [.ownerReadWrite, .groupRead, .otherRead])
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
      } catch {
        // What came of the comparison counts, not where it could not be told too.
        StandardError.write("warning: cannot write '\(page)' (GITHUB_STEP_SUMMARY): \(error)\n")
      }
    }
  }
}

// MARK: - Programs

extension CompareCommand {
  private func isProgram(_ path: FilePath) -> Bool {
    var isDirectory = ObjCBool(false)
    return unsafe FileManager.default.fileExists(atPath: path.string, isDirectory: &isDirectory)
      && !isDirectory.boolValue && FileManager.default.isExecutableFile(atPath: path.string)
  }

  private func comparePrograms(_ base: FilePath, _ head: FilePath) throws {
    guard only != .times, require?.values.contains(.times) != true else {
      throw ResultsError.notJudged(
        why: "two programs have no times; measure a run of each to compare them")
    }
    var options = try options()
    options.only = .code
    func run(_ program: FilePath) -> Run {
      var meta = Meta(
        started: .now, commandLine: [], seed: 0, compiler: .thisBuild, machine: .current())
      meta.runID = program.asTyped
      meta.status = .complete
      return Run(program: program, meta: meta)
    }
    let comparison = try Comparison(
      baseline: run(base), current: run(head), options: options,
      code: (try CodegenRow.rows(ofProgram: base), try CodegenRow.rows(ofProgram: head)))
    try tell(comparison)
    if comparison.hasRegression { throw ExitCode(1) }
  }
}

/// A relative change on the command line, less than all: 5% or 0.05.
struct Share: ExpressibleByArgument {
  let value: Double

  init(value: Double) { self.value = value }

  init?(argument: String) {
    let isPercent = argument.hasSuffix("%")
    let digits = isPercent ? argument.dropLast() : argument[...]
    guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      let number = Double(digits)
    else { return nil }
    value = isPercent ? number / 100 : number
    // "5" would be 500 %.
    if value >= 1 { return nil }
  }

  var defaultValueDescription: String { "\(value)" }
}

extension Comparison.Half: ExpressibleByArgument {}
extension Comparison.Style: ExpressibleByArgument {}
