import ArgumentParser
import Text
import Vmemmap

/// A list of axis values on the command line: `--order 0,2,9`.
struct ValueList<Value: ExpressibleByArgument>: ExpressibleByArgument {
  let values: [Value]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Value(argument: String($0)) }
    if values.count != parts.count { return nil }
  }

  static var allValueStrings: [String] { Value.allValueStrings }
  static var allValueDescriptions: [String: String] { Value.allValueDescriptions }

  /// Of the value after the last comma.
  static var defaultCompletionKind: CompletionKind {
    let values = Value.completions
    return .custom { _, _, typed in
      let list = typed.lastIndex(of: ",").map { typed[...$0] } ?? ""
      return values.map { list + $0 }
    }
  }
}

/// The options that choose what is measured; shared by `run` and `list`.
struct PlanOptions: ParsableArguments {
  @Option(help: "What to measure; the options below narrow it. 'bench list' shows what it has.")
  var preset = Preset.standard

  @Option(help: "Operations of the kernel.")
  var operation: ValueList<Operation>?

  @Option(help: "How calls follow each other.")
  var mode: ValueList<Mode>?

  @Option(help: "Orders of the compound pages, 0 to \(Order.maximum).")
  var order: ValueList<Int>?

  @Option(
    help: """
      Folios of several orders, as shares of memory by size, such as 4k:40,64k:20,2m:40; in place of \
      --order and --page-class. 'bench kernel --population' tells this machine's.
      """)
  var population: Population?

  @Option(help: "Which pages are visited.")
  var pageClass: ValueList<PageClass>?

  @Option(help: "Percentages of tails in the class mix, 1 to 99.")
  var mix: ValueList<Int>?

  @Option(help: "Orders in which heads and tails of a mix follow each other.")
  var predictability: ValueList<Predictability>?

  @Option(help: "Orders in which page frames are visited.")
  var pattern: ValueList<Pattern>?

  @Option(help: "How many folios are visited.")
  var footprint: ValueList<Footprint>?

  @Option(help: "States of HVO, the HugeTLB vmemmap optimisation.")
  var hvo: ValueList<HVOState>?

  @Option(help: "Sizes of the mappings under struct pages that are not optimised.")
  var mapping: ValueList<MappingSize>?

  @Option(
    help: """
      Nodes whose CPUs measure; with --memory-node, by default the nearest pair and the farthest one, \
      in the preset full all pairs.
      """)
  var cpuNode: ValueList<Int>?

  @Option(help: "Nodes whose memory holds the struct pages.")
  var memoryNode: ValueList<Int>?

  @Option(help: "Where the templates of shared tails are, on machines with several nodes.")
  var templateNode: ValueList<TemplatePlace>?

  @Option(help: "Nodes on which every other one of several threads runs, instead of on --cpu-node.")
  var peerNode: ValueList<Int>?

  @Flag(
    help: """
      Give verdicts on cells whose memory is not where it belongs, or may be moved while it is \
      measured.
      """)
  var acceptPlacement = false

  @Option(help: "Threads that measure at the same time. Times are of an operation in one of them.")
  var threads: ValueList<ThreadCount>?

  @Option(
    help: """
      Percentages of several threads that do nothing but read the count, as long as one of the others is \
      timed, 0 to 100.
      """)
  var readers: ValueList<Int>?

  @Option(
    help: """
      Arms to measure beside the baseline; by default all, but controls and variants of the others in \
      the preset full only. An operation has some of them.
      """)
  var encoding: ValueList<ArmName>?

  @Option(
    help: "The arm that ratios refer to; by default the old kernel's, fakehead.",
    completion: .list(ArmName.completions))
  var baseline: String?

  @Option(help: "Processes to measure in, each with fresh memory maps and addresses, 1 to 64.")
  var processes: Int?

  @Option(help: "Copies of each timed loop at different offsets, 1 to \(Plan.availableLayouts).")
  var layouts = Plan.availableLayouts

  @Option(help: "The seed of all random choices; a fresh one by default, recorded in meta.json.")
  var seed: UInt64?

  @Option(
    help: """
      Seconds that measuring may take in all, or more where the fewest rounds do; by default what the \
      preset gives a cell.
      """)
  var budget: Double?

  @Option(help: "The relative difference that counts as none, between 0 and 1.")
  var margin = 0.02

  /// How many processes can measure.
  static let processCounts = 1...64
  /// The longest time in seconds that measuring may be given, 115 days: more than that traps in clocks.
  static let longestBudget = 1e7

  mutating func validate() throws {
    for order in order?.values ?? [] where !(0...Order.maximum).contains(order) {
      throw ValidationError(
        "order \(order) is out of range: 0 to \(Order.maximum) (MAX_FOLIO_ORDER)")
    }
    if population != nil && (order != nil || pageClass != nil) {
      throw ValidationError(
        "--population takes the place of --order and --page-class: give it without them")
    }
    for mix in mix?.values ?? [] where !(1...99).contains(mix) {
      throw ValidationError("mix \(mix) is out of range: 1 to 99 percent of tails")
    }
    for case .count(let count) in threads?.values ?? [] where !ThreadCount.counts.contains(count) {
      throw ValidationError(
        "threads \(count) is out of range: 1 to \(ThreadCount.counts.upperBound)")
    }
    for readers in readers?.values ?? [] where !(0...100).contains(readers) {
      throw ValidationError("readers \(readers) is out of range: 0 to 100 percent of the threads")
    }
    if let processes { try requireProcesses(processes) }
    if !(1...Plan.availableLayouts).contains(layouts) {
      throw ValidationError("--layouts \(layouts) is out of range: 1 to \(Plan.availableLayouts)")
    }
    if let budget { try requireBudget(budget, option: "--budget") }
    if !(margin > 0 && margin < 1) {
      throw ValidationError("--margin \(margin) is out of range: between 0 and 1, such as 0.02")
    }
    let names = ArmName.allValueStrings
    for name in namedArms where !names.contains(name) {
      throw ValidationError(
        "there is no encoding '\(name)'; there are: \(names.joined(separator: ", "))")
    }
  }

  /// The arms that were asked for.
  var namedArms: [String] {
    (encoding?.values.map(\.name) ?? []) + (baseline.map { [$0] } ?? [])
  }
}
