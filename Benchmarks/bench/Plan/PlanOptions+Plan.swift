import ArgumentParser
import Vmemmap

extension PlanOptions {
  /// The axes with the values that were given in place of their own.
  func narrowed(_ axes: Axes) -> Axes {
    var axes = axes
    axes.operations = operation?.values ?? axes.operations
    axes.modes = mode?.values ?? axes.modes
    axes.orders = order?.values ?? axes.orders
    axes.populations = population.map { [$0] } ?? axes.populations
    axes.pageClasses = pageClass?.values ?? axes.pageClasses
    axes.mixes = mix?.values ?? axes.mixes
    axes.predictabilities = predictability?.values ?? axes.predictabilities
    axes.patterns = pattern?.values ?? axes.patterns
    axes.footprints = footprint?.values ?? axes.footprints
    axes.hvo = hvo?.values ?? axes.hvo
    axes.mappings = mapping?.values ?? axes.mappings
    axes.threads = threads?.values ?? axes.threads
    axes.readers = readers?.values ?? axes.readers
    if pageClass != nil || hvo != nil || population != nil { axes.essentialsOnly = false }
    return axes
  }

  /// A plan, and what it had to leave out on this machine.
  ///
  /// - Throws: `ValidationError` for what can't be measured here and was asked for by name.
  func plan(on machine: MachineLimits) throws -> (plan: Plan, left: [LeftOut]) {
    var axes = narrowed(preset.axes)
    let (nodes, missing) = try machine.nodeChoices(
      NodeOptions(
        cpu: cpuNode?.values, memory: memoryNode?.values, peer: peerNode?.values,
        templates: templateNode?.values),
      isExhaustive: preset == .full, spansNodes: preset.spansNodes)

    try requireKey(machine.keyProblem)
    var cells = axes.cells(on: nodes, cpus: machine.cpus, machine.caches)
    // Of other operations and pages than the product: only where nobody asks for some by name.
    let isNarrowed =
      operation != nil || order != nil || pageClass != nil || population != nil || threads != nil
    let more = isNarrowed && !preset.axes.operations.isEmpty ? [] : preset.more.map { narrowed($0) }
    cells += more.flatMap { $0.cells(on: nodes, cpus: machine.cpus, machine.caches) }
    let chosenByCaches = ([axes] + more).filter {
      $0.footprints.contains(where: \.isChosenByCaches)
    }
    // An operation that was named has its cells, though a table of everything needs none of them.
    let found = Set(cells.map(\.operation))
    axes.operations = (operation?.values ?? []).filter { !found.contains($0) }
    axes.essentialsOnly = false
    cells += axes.cells(on: nodes, cpus: machine.cpus, machine.caches)
    let baseline = baseline ?? preset.baseline
    if let baseline, !cells.isEmpty {
      cells = cells.filter { $0.contenders.contains { $0.name == baseline } }
      guard !cells.isEmpty else {
        throw ValidationError(
          """
          no cell has the arm '\(baseline)': it is of another operation, or gives right answers in \
          other states of HVO only; 'bench list --cells' without --baseline shows each cell's arms
          """)
      }
    }
    let choice = ArmChoice(
      encodings: encoding.map { Set($0.values.map(\.name)) } ?? preset.encodings,
      baseline: baseline,
      patchesKey: machine.keyProblem == nil, includesControls: preset == .full)
    if let encoding, !cells.isEmpty {
      cells = cells.filter { choice.arms(of: $0).contains { $0.role == .arm } }
      guard !cells.isEmpty else {
        throw ValidationError(
          """
          no cell has one of the arms '\(encoding.values.map(\.name).joined(separator: ","))' beside \
          its baseline; 'bench list --cells' without --encoding shows each cell's arms
          """ + (reasonWithoutHVO.map { " (\($0))" } ?? ""))
      }
    }
    var left: [LeftOut] = []
    var shrunk: [LeftOut] = []
    var fitting: [PlannedCell] = []
    // What nobody asked for: a preset's populations where the footprint was named.
    var unasked: [LeftOut] = []
    for (key, group) in cells.grouped(by: \.mapKey) {
      var planned: [PlannedCell] = []
      for cell in group {
        if let reason = machine.reasonToLeaveOut(cell) {
          left.append(reason)
          continue
        }
        if let reason = cell.reasonWithoutPopulation {
          population == nil ? unasked.append(reason) : left.append(reason)
          continue
        }
        let plan = PlannedCell(
          index: 0, cell: cell, arms: choice.arms(of: cell), cpus: cell.cpus(on: machine.cpus))
        if let reason = machine.reasonToLeaveOut(plan) {
          left.append(reason)
        } else {
          planned.append(plan)
        }
      }
      guard !planned.isEmpty else { continue }
      // What was chosen by the caches can be chosen smaller; what a person named can't.
      let footprints = chosenByCaches.flatMap(\.footprints).filter {
        $0.isChosenByCaches && key.folios == $0.folios(ofOrder: key.order, machine.caches)
      }
      let mostBytes = footprints.isEmpty ? .max : chosenByCaches.map(\.mostBytes).min()!
      var reason = machine.reasonToLeaveOut(planned, mostBytes: mostBytes)
      if !footprints.isEmpty {
        let first = reason
        while reason != nil && planned[0].cell.folios > 1 {
          planned = planned.map { $0.halved() }
          reason = machine.reasonToLeaveOut(planned, mostBytes: mostBytes)
        }
        reason = reason ?? planned[0].cell.reasonWithoutPopulation
        if let first, reason == nil {
          shrunk.append(
            first.measured(with: planned[0].cell.folios, beyond: footprints.contains(.beyond)))
        }
      }
      if let reason { left.append(reason) } else { fitting += planned }
    }
    // What was made smaller may be what another footprint was from the start.
    var cellsSeen: Set<Cell> = []
    fitting = fitting.filter { cellsSeen.insert($0.cell).inserted }.enumerated().map {
      $1.numbered($0)
    }
    left = left.uniqued()
    if let reason = left.first, footprint != nil || order != nil || threads != nil {
      throw ValidationError(reason.description)
    }
    guard !fitting.isEmpty else {
      let remote = templateNode == nil ? nil : missing.first
      throw ValidationError(
        reasonWithoutHVO
          ?? (left.first ?? unasked.first ?? remote)?.description
          ?? noCell(on: machine, nodes))
    }
    try requireEffect(on: fitting)
    left += unasked.uniqued() + shrunk.uniqued() + missing
    let budget =
      budget
      ?? preset.secondsPerCell * fitting.reduce(0) { $0 + $1.cell.weight } + Plan.selfTestSeconds
    let selfTest = Cell.selfTest(on: fitting[0].cell.cpuNode, fitting[0].cell.memoryNode)
    return (
      Plan(
        cells: fitting + [
          PlannedCell(
            index: fitting.count, cell: selfTest, arms: choice.arms(of: selfTest),
            cpus: selfTest.cpus(on: machine.cpus))
        ],
        budget: budget,
        looks: Plan.looks(budget: budget, cells: fitting.count), margin: margin,
        acceptsPlacement: acceptPlacement,
        setup: Plan.Setup(
          seed: seed ?? UInt64.random(in: 1...UInt64(UInt32.max)),
          processes: processes ?? preset.processes, layouts: layouts,
          caches: machine.caches, patchesKey: choice.patchesKey, isNUMA: machine.topology.isNUMA,
          bindsToNodes: machine.bindsToNodes, availableMemory: machine.memory?.bytes)),
      left
    )
  }
}

extension PlannedCell {
  /// The same cell with half of the folios.
  fileprivate func halved() -> PlannedCell {
    var cell = cell
    cell.folios /= 2
    return PlannedCell(index: index, cell: cell, arms: arms, cpus: cpus)
  }

  fileprivate func numbered(_ index: Int) -> PlannedCell {
    PlannedCell(index: index, cell: cell, arms: arms, cpus: cpus)
  }
}

extension LeftOut {
  fileprivate func measured(with folios: Int, beyond: Bool) -> LeftOut {
    LeftOut(
      what: what + (beyond ? ", beyond the caches" : ""),
      why: "\(why); \(folios) are measured instead")
  }
}
