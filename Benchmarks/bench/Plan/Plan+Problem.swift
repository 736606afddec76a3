import TimedLoops
import Vmemmap

extension Plan {
  /// What of a plan that was read makes no sense, in words; nil for what a run was planned by.
  ///
  /// That no step of carrying it out meets a number that it can't reckon with: whether this machine has
  /// what is planned is seen there.
  var problem: String? {
    setup.problem
      ?? [
        (cells.isEmpty, "no cells"),
        (!(budget > 0 && budget <= PlanOptions.longestBudget), "a budget of \(budget) s"),
        (!(1...2).contains(looks), "\(looks) looks"),
        (!(margin > 0 && margin < 1), "a margin of \(margin)"),
      ].first(where: \.0)?.1
      ?? cells.indices.lazy.compactMap { index in
        let planned = cells[index]
        return (planned.index == index ? planned.problem : "the number \(planned.index)").map {
          "\($0) in cell \(index)"
        }
      }.first
  }
}

extension Plan.Setup {
  fileprivate var problem: String? {
    [
      (!PlanOptions.processCounts.contains(processes), "\(processes) processes"),
      (!(1...Plan.availableLayouts).contains(layouts), "\(layouts) copies of loops"),
      (!caches.areSound, "caches of no or too many bytes or ways"),
      (!(0...MachineLimits.mostBytes).contains(availableMemory ?? 0), "memory of another machine"),
    ].first(where: \.0)?.1
  }
}

extension CacheSizes {
  fileprivate var areSound: Bool {
    let sizes = 1...MachineLimits.mostBytes
    return sizes.contains(last)
      && [l1d, l2].allSatisfy { sizes.contains($0.bytes) && sizes.contains($0.ways) }
  }
}

extension PlannedCell {
  fileprivate var problem: String? {
    cell.problem
      ?? [
        (arms.first?.role != .baseline, "no baseline first"),
        (!arms.allSatisfy(isArm), "an arm that the operation does not have"),
        (cpus.count != cell.threads, "CPUs of \(cpus.count) threads"),
        (!cpus.joined().allSatisfy(Self.cpuNumbers.contains), "a CPU that no machine has"),
        (!(iterations.map(canBeTimed) ?? true), "blocks of \(iterations ?? 0) operations"),
      ].first(where: \.0)?.1
  }

  /// `NR_CPUS` is no more than 8192 on x86-64.
  private static let cpuNumbers = 0..<8192

  /// Whether a block can have so many operations: loops take whole turns, and find two blocks in what
  /// they visit.
  func canBeTimed(_ iterations: Int) -> Bool {
    guard iterations > 0 else { return false }
    return cell.operation.changesHVO
      || iterations % unrolling == 0 && iterations <= Workload.visits(of: cell) / 2
  }

  private func isArm(_ arm: Arm) -> Bool {
    arm.role == .empty
      ? !cell.operation.changesHVO && arm.name == "empty"
      : cell.contenders.contains { $0.name == arm.name }
  }
}

extension Cell {
  fileprivate var problem: String? {
    let cpuNodes = [cpuNode, peerNode].compactMap(\.self)
    let memoryNodes = [memoryNode, templateNode].compactMap(\.self)
    let orders = 0...Order.maximum
    return [
      (!operation.modes.contains(mode), "the mode \(mode.rawValue)"),
      (!orders.contains(order), "the order \(order)"),
      (
        folios < 1 || !orders.contains(order)
          || folios > MachineLimits.mostBytes >> (order + Page.shift),
        "\(folios) folios"
      ),
      (!(0...100).contains(mix), "\(mix) % of tails"),
      (threads < 1, "\(threads) threads"),
      (!(0...threads).contains(readers ?? 0), "readers that are no threads"),
      (!cpuNodes.allSatisfy { (0...Int(Int32.max)).contains($0) }, "a node that there is not"),
      (
        !memoryNodes.allSatisfy(PageFlags.nodes.contains), "memory on a node that can't be modelled"
      ),
      (population.map { !$0.isSound || $0.largestOrder != order } ?? false, "a population"),
    ].first(where: \.0)?.1
  }
}
