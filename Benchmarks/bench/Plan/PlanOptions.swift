import ArgumentParser
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
}

/// The options that choose what is measured; shared by `run` and `list`.
struct PlanOptions: ParsableArguments {
  @Option(help: "What to measure: \(Preset.allCases.map(\.rawValue).joined(separator: ", ")).")
  var preset = Preset.standard

  @Option(help: "Operations.")
  var operation: ValueList<Operation>?

  @Option(help: "Modes.")
  var mode: ValueList<Mode>?

  @Option(help: "Orders of the compound pages, 0 to \(Order.maximum).")
  var order: ValueList<Int>?

  @Option(help: "Page classes.")
  var pageClass: ValueList<PageClass>?

  @Option(help: "Percentages of tails in the class mix, 1 to 99.")
  var mix: ValueList<Int>?

  @Option(help: "Orders in which heads and tails of a mix follow each other.")
  var predictability: ValueList<Predictability>?

  @Option(help: "Orders in which page frames are visited.")
  var pattern: ValueList<Pattern>?

  @Option(help: "Folios visited: one, many (32 MiB of struct pages), or a number.")
  var footprint: ValueList<Footprint>?

  @Option(
    help: """
      States of HVO. off: no folio is optimised, the static key is off; elsewhere: others are, the \
      key is on; on: those visited are.
      """)
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

  @Option(
    help: """
      Where the templates of shared tails are, seen from the struct pages: local, on the farthest node \
      (remote), or all on one node (global).
      """)
  var templateNode: ValueList<TemplatePlace>?

  @Option(
    help: """
      Nodes on which every other one of several threads runs, instead of on --cpu-node.
      """)
  var peerNode: ValueList<Int>?

  @Flag(
    help: """
      Give verdicts on cells whose memory is not where it belongs, or may be moved while it is \
      measured.
      """)
  var acceptPlacement = false

  @Option(
    help: """
      Threads that measure at the same time, each on a CPU of its own: numbers, or all for as many as \
      the node has CPUs. Times are of an operation in one of them.
      """)
  var threads: ValueList<ThreadCount>?

  @Option(
    help: """
      Arms to measure beside the baseline, by name; by default all, but the static key's constants \
      in the preset full only.
      """)
  var encoding: ValueList<String>?

  @Option(help: "The arm that ratios refer to; by default the old kernel's, fakehead.")
  var baseline: String?

  @Option(help: "Processes to measure in, each with fresh memory maps and addresses, 1 to 64.")
  var processes: Int?

  @Option(help: "Copies of each timed loop at different offsets, 1 to \(Plan.availableLayouts).")
  var layouts = Plan.availableLayouts

  @Option(help: "The seed of all random choices; a fresh one by default, recorded in meta.json.")
  var seed: UInt64?

  @Option(help: "Seconds that measuring may take in all; by default what the preset gives a cell.")
  var budget: Double?

  @Option(help: "The relative difference that counts as none, between 0 and 1.")
  var margin = 0.02

  mutating func validate() throws {
    for order in order?.values ?? [] where !(0...Order.maximum).contains(order) {
      throw ValidationError(
        "order \(order) is out of range: 0 to \(Order.maximum) (MAX_FOLIO_ORDER)")
    }
    for mix in mix?.values ?? [] where !(1...99).contains(mix) {
      throw ValidationError("mix \(mix) is out of range: 1 to 99 percent of tails")
    }
    if !(1...64).contains(processes ?? 1) {
      throw ValidationError("--processes \(processes!) is out of range: 1 to 64")
    }
    if !(1...Plan.availableLayouts).contains(layouts) {
      throw ValidationError("--layouts \(layouts) is out of range: 1 to \(Plan.availableLayouts)")
    }
    if let budget, !(budget > 0 && budget.isFinite) {
      throw ValidationError("--budget \(budget) is not a positive number of seconds")
    }
    if !(margin > 0 && margin < 1) {
      throw ValidationError("--margin \(margin) is out of range: between 0 and 1, such as 0.02")
    }
    let names = Set(Operation.kernel.flatMap(\.contenders).map(\.name))
    for name in (encoding?.values ?? []) + (baseline.map { [$0] } ?? []) where !names.contains(name)
    {
      throw ValidationError(
        "there is no encoding '\(name)'; there are: \(names.sorted().joined(separator: ", "))")
    }
  }
}

// MARK: - From options to a plan

extension PlanOptions {
  /// A plan, and what it had to leave out on this machine.
  ///
  /// - Throws: `ValidationError` for what can't be measured here and was asked for by name.
  func plan(on machine: MachineLimits) throws -> (plan: Plan, left: [LeftOut]) {
    var axes = preset.axes
    axes.operations = operation?.values ?? axes.operations
    axes.modes = mode?.values ?? axes.modes
    axes.orders = order?.values ?? axes.orders
    axes.pageClasses = pageClass?.values ?? axes.pageClasses
    axes.mixes = mix?.values ?? axes.mixes
    axes.predictabilities = predictability?.values ?? axes.predictabilities
    axes.patterns = pattern?.values ?? axes.patterns
    axes.footprints = footprint?.values ?? axes.footprints
    axes.hvo = hvo?.values ?? axes.hvo
    axes.mappings = mapping?.values ?? axes.mappings
    axes.threads = threads?.values ?? axes.threads
    if pageClass != nil || hvo != nil { axes.essentialsOnly = false }

    let (nodes, missing) = try machine.nodeChoices(
      NodeOptions(
        cpu: cpuNode?.values, memory: memoryNode?.values, peer: peerNode?.values,
        templates: templateNode?.values),
      isExhaustive: preset == .full)

    try requireKey(machine.keyProblem)
    var cells = axes.cells(on: nodes, cpus: machine.cpus)
    let baseline = baseline ?? preset.baseline
    if let baseline, !cells.isEmpty {
      cells = cells.filter { $0.contenders.contains { $0.name == baseline } }
      guard !cells.isEmpty else {
        throw ValidationError(
          """
          no cell has the arm '\(baseline)': it is of another operation, or gives right answers in \
          other states of HVO only; 'bench list' without --baseline shows each cell's arms
          """)
      }
    }
    let choice = ArmChoice(
      encodings: encoding.map { Set($0.values) } ?? preset.encodings, baseline: baseline,
      patchesKey: machine.keyProblem == nil, includesControls: preset == .full)
    if let encoding, !cells.isEmpty {
      cells = cells.filter { choice.arms(of: $0).contains { $0.role == .arm } }
      guard !cells.isEmpty else {
        throw ValidationError(
          """
          no cell has one of the arms '\(encoding.values.joined(separator: ","))' beside its \
          baseline; 'bench list' without --encoding shows each cell's arms
          """ + (encoding.values.lazy.compactMap(reasonWithoutHVO).first.map { " (\($0))" } ?? ""))
      }
    }
    var left: [LeftOut] = []
    var fitting: [Cell] = []
    let reasons = Dictionary(grouping: cells, by: \.mapKey)
      .compactMapValues { machine.reasonToLeaveOut($0, choice) }
    for cell in cells {
      if let reason = reasons[cell.mapKey] ?? machine.reasonToLeaveOut(cell) {
        left.append(reason)
      } else {
        fitting.append(cell)
      }
    }
    left = left.uniqued()
    if let reason = left.first, footprint != nil || order != nil || threads != nil {
      throw ValidationError(reason.description)
    }
    guard !fitting.isEmpty else {
      let remote = templateNode == nil ? nil : missing.first
      throw ValidationError(
        encoding?.values.lazy.compactMap(reasonWithoutHVO).first
          ?? (left.first ?? remote)?.description
            ?? """
            no cell has all of these values together: order-0 pages are of order 0, heads and tails of \
            1 and more, fakehead positions and HVO of \(Order.smallestOptimizable) and more
            """)
    }
    left += missing
    let budget =
      budget ?? preset.secondsPerCell * fitting.reduce(0) { $0 + $1.weight } + Plan.selfTestSeconds
    let looks = Plan.looks(budget: budget, cells: fitting.count)
    return (
      Plan(
        cells: fitting + [.selfTest(on: fitting[0].cpuNode, fitting[0].memoryNode)],
        processes: processes ?? preset.processes,
        layouts: layouts,
        seed: seed ?? UInt64.random(in: 1...UInt64(UInt32.max)),
        budget: budget, looks: looks, rule: Plan.rule(margin: margin, looks: looks),
        choice: choice,
        topology: machine.topology, bindsToNodes: machine.bindsToNodes, cpus: machine.cpus,
        acceptsPlacement: acceptPlacement),
      left
    )
  }

  /// Refuses arms asked for by name that patch code, where code can't be patched.
  private func requireKey(_ problem: VmemmapError?) throws {
    guard let problem else { return }
    let names = Set((encoding?.values ?? []) + (baseline.map { [$0] } ?? []))
    for contender in Operation.kernel.flatMap(\.contenders)
    where contender.staticKey?.isConstant == false && names.contains(contender.name) {
      throw ValidationError("\(contender.name) can't be measured here: \(problem)")
    }
  }

  /// Why an arm of that name is never there under HVO, if it is so.
  private func reasonWithoutHVO(_ name: String) -> String? {
    Operation.kernel.flatMap(\.contenders)
      .first { $0.name == name && $0.format.sharedTails == nil && !$0.hvoStates.contains(.on) }
      .map {
        VmemmapError.noOptimization(
          format: $0.format.name, structPageSize: $0.format.structPageSize
        ).description
      }
  }
}

extension Sequence where Element: Hashable {
  /// Each element once, where it comes first.
  fileprivate func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

extension Axes {
  /// - Parameter cpus: of each node, those that may be used.
  func cells(on nodes: [NodeChoice], cpus: [Int: [Int]]) -> [Cell] {
    let isOnTwoNodes = nodes.contains { $0.peer != nil }
    var cells: [Cell] = []
    for order in orders {
      for footprint in footprints {
        for state in hvo where state != .on || order >= Order.smallestOptimizable {
          let folios = footprint.folios(ofOrder: order)
          for mapping in self.mappings(of: folios, ofOrder: order, state) {
            for nodes in nodes where nodes.templates == .local || state == .on {
              for threads in threads {
                let count = threads.threads(onCPUs: cpus[nodes.cpu, default: []].count)
                // Several threads run on two nodes where that is asked for, one can't.
                guard (nodes.peer != nil) == (isOnTwoNodes && count > 1) else { continue }
                cells += self.cells(
                  in: Cell.Group(
                    order: order, footprint: footprint, hvo: state, mapping: mapping,
                    nodes: nodes, threads: count))
              }
            }
          }
        }
      }
    }
    return cells.uniqued()
  }

  /// The mappings to ask for, for struct pages that are not optimised: once where there is too little
  /// for a huge one, and the largest beside optimised ones.
  private func mappings(
    of folios: Int, ofOrder order: Int, _ state: HVOState
  ) -> [MappingSize] {
    // Not the product, which overflows for numbers that are refused later.
    let isTooLittle = folios < MappingSize.hugeBytes >> (order + Page.shift)
    if isTooLittle && mappings.contains(.base) { return [.base] }
    return state == .on && mappings.contains(.huge) ? [.huge] : mappings
  }

  private func cells(in group: Cell.Group) -> [Cell] {
    var cells: [Cell] = []
    for operation in operations {
      for mode in modes where operation.modes.contains(mode) {
        for (pageClass, mix, predictability) in classes(ofOrder: group.order)
        where operation.applies(
          to: pageClass, order: group.order, hvo: group.hvo, threads: group.threads)
        {
          for pattern in patterns
          where pattern.applies(to: pageClass, threads: group.threads, operation) {
            let cell = Cell(
              group, operation, mode, pageClass, mix: mix, predictability,
              operation.changesHVO ? .pfnWalk : pattern)
            if !essentialsOnly || cell.isEssential { cells.append(cell) }
          }
        }
      }
    }
    return cells
  }

  /// The page classes of an order, each mix and predictability of the class that has them.
  private func classes(ofOrder order: Int) -> [(PageClass, mix: Int, Predictability)] {
    var classes: [(PageClass, mix: Int, Predictability)] = []
    for pageClass in pageClasses where pageClass.exists(inOrder: order) {
      switch pageClass {
      case .order0, .head, .headAligned, .headUnaligned: classes.append((pageClass, 0, .uniform))
      case .tail, .fakeHead: classes.append((pageClass, 100, .uniform))
      case .mix:
        for mix in mixes {
          classes += predictabilities.map { (pageClass, mix, $0) }
        }
      }
    }
    return classes
  }
}

extension Cell {
  /// What cells have in common that share memory maps.
  fileprivate struct Group {
    let order: Int
    let footprint: Footprint
    let hvo: HVOState
    let mapping: MappingSize
    let nodes: NodeChoice
    let threads: Int
  }

  fileprivate init(
    _ group: Group, _ operation: Operation, _ mode: Mode, _ pageClass: PageClass, mix: Int,
    _ predictability: Predictability, _ pattern: Pattern
  ) {
    self.init(
      operation: operation, mode: mode, order: group.order, pageClass: pageClass, mix: mix,
      predictability: predictability, pattern: pattern,
      folios: max(
        group.footprint.folios(ofOrder: group.order), group.threads * pattern.pagesBetweenThreads),
      hvo: group.hvo, mapping: group.mapping, cpuNode: group.nodes.cpu,
      memoryNode: group.nodes.memory, peerNode: group.nodes.peer,
      templates: group.nodes.templates, templateNode: group.nodes.templateNode,
      threads: group.threads)
  }

  /// Without HVO a fake head's position is a tail like others, and HVO elsewhere shows in the old
  /// arm on pages that are not tails; once for each kind of them is enough for a table, and so is one
  /// order for consumers.
  fileprivate var isEssential: Bool {
    // One folio of order 18 is half of what many are.
    if order == 18 && folios > 1 { return false }
    let isConsumer = mode == .consumerFlags || mode == .consumerReference
    if isConsumer && !(order == 9 && hvo != .elsewhere) { return false }
    switch operation {
    case .compoundHead, .pageRefAddUnless, .hvoOptimize, .hvoRestore, .selfTest: break
    case .prepCompoundPage: return order == 9 && folios == 1
    // The same code in all layouts but memdesc's.
    case .pageCompound: return false
    case .pageHead, .pageTail, .pageZonenum, .folioTryGet:
      if !(order == 9 && folios == 1 && mode == .throughput && hvo != .elsewhere) { return false }
    }
    return switch hvo {
    case .off: pageClass != .fakeHead
    case .elsewhere: order == 0 || order == 9 && (pageClass == .head || pageClass == .mix)
    case .on: true
    }
  }
}
