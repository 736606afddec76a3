import ArgumentParser
import Vmemmap

/// What is refused of options that are right each, and why.
extension PlanOptions {
  /// Refuses options that say something of no cell.
  func requireEffect(on cells: [PlannedCell]) throws(ValidationError) {
    let cells = cells.map(\.cell)
    if let readers, readers.values.contains(where: { $0 > 0 }),
      !cells.contains(where: { $0.threads > 1 })
    {
      throw ValidationError("--readers is of several threads: add --threads with 2 or more")
    }
    if !cells.contains(where: { $0.pageClass == .mix }) {
      let unused = [mix.map { _ in "--mix" }, predictability.map { _ in "--predictability" }]
        .compactMap(\.self)
      guard unused.isEmpty else {
        throw ValidationError(
          "\(unused.joined(separator: " and ")): for pages of the class mix only, and no cell has them; "
            + "add --page-class mix, or leave it out")
      }
    }
  }

  /// Why there is nothing to measure: without which option there would be something.
  func noCell(on machine: MachineLimits, _ nodes: [NodeChoice]) -> String {
    let others = [
      without("--operation", \.operation), without("--mode", \.mode), without("--order", \.order),
      without("--population", \.population), without("--page-class", \.pageClass),
      without("--mix", \.mix), without("--predictability", \.predictability),
      without("--pattern", \.pattern), without("--footprint", \.footprint), without("--hvo", \.hvo),
      without("--mapping", \.mapping), without("--threads", \.threads),
      without("--readers", \.readers),
    ]
    let names = others.compactMap(\.self).filter { other in
      var axes = other.options.narrowed(preset.axes)
      axes.essentialsOnly = false
      return !axes.cells(on: nodes, cpus: machine.cpus, machine.caches).isEmpty
    }.map(\.name)
    return "no cell has all of these values together"
      + (names.isEmpty
        ? "" : "; there are some without \(names.joined(separator: ", or without "))")
        + """
        : order-0 pages are of order 0, heads and tails of 1 and more, fakehead positions and HVO of \
        \(Order.smallestOptimizable) and more; 'bench list' tells each operation's modes
        """
  }

  /// The options without one that was given.
  private func without<Value>(
    _ name: String, _ option: WritableKeyPath<PlanOptions, Value?>
  ) -> (name: String, options: PlanOptions)? {
    guard self[keyPath: option] != nil else { return nil }
    var options = self
    options[keyPath: option] = nil
    return (name, options)
  }

  /// Refuses arms asked for by name that patch code, where code can't be patched.
  func requireKey(_ problem: VmemmapError?) throws {
    guard let problem else { return }
    let names = Set(namedArms)
    for contender in Operation.kernel.flatMap(\.contenders)
    where contender.staticKey?.isConstant == false && names.contains(contender.name) {
      throw ValidationError("\(contender.name) can't be measured here: \(problem)")
    }
  }

  /// Why the first of the encodings asked for that is never there under HVO is not, if there is one.
  var reasonWithoutHVO: String? {
    let names = Set(encoding?.values.map(\.name) ?? [])
    return Operation.kernel.flatMap(\.contenders)
      .first {
        names.contains($0.name) && $0.format.sharedTails == nil && !$0.hvoStates.contains(.on)
      }
      .map {
        VmemmapError.noOptimization(
          format: $0.format.name, structPageSize: $0.format.structPageSize
        ).description
      }
  }
}
