import Results
import Vmemmap

/// One question: all arms of a cell answer it over the same addresses, in the same rounds.
struct Cell: Hashable, Codable {
  let operation: Operation
  var mode: Mode
  let order: Int
  let pageClass: PageClass
  /// Percent of tails among the addresses.
  let mix: Int
  let predictability: Predictability
  let pattern: Pattern
  var folios: Int
  let hvo: HVOState
  /// What is asked for; the machine may grant less.
  let mapping: MappingSize
  let cpuNode: Int
  let memoryNode: Int
  /// Where every other thread runs, if not on `cpuNode`.
  var peerNode: Int?
  var templates = TemplatePlace.local
  /// Which node the templates are on, if not `memoryNode`.
  var templateNode: Int?
  var threads = 1
  /// How much of the pages is in folios of each order, where they are not all of one; `order` is the
  /// largest then, and `folios` how many of it the pages make.
  var population: Population?
  /// How many of the threads only read the count, the last ones; nil for none.
  var readers: Int?

  /// Whether no thread does the operation: what they take to read the count says nothing of arms.
  var isOfReadersOnly: Bool { readers == threads }

  /// Those that do the operation and are timed; where none does, all are.
  var timedThreads: Int {
    let takers = threads - (readers ?? 0)
    return takers > 0 ? takers : threads
  }

  /// On which CPUs each thread may run: one of its own, or alone on all of the node.
  ///
  /// - Parameter available: by node.
  /// - Precondition: there are enough (``MachineLimits/reasonToLeaveOut(_:)``).
  func cpus(on available: [Int: [Int]]) -> [[Int]] {
    let here = available[cpuNode] ?? []
    guard threads > 1 else { return [here] }
    guard let peerNode else { return (0..<threads).map { [here[$0]] } }
    let there = available[peerNode] ?? []
    return (0..<threads).map { [$0 % 2 == 0 ? here[$0 / 2] : there[$0 / 2]] }
  }

  /// How much measuring time a cell gets, beside others.
  var weight: Double { operation.weight(self) }

  /// The modelled pages: whole folios, and at least one vmemmap page of them.
  var pages: Int { max(folios << order, structPagesPerVmemmapPage) }

  /// What the flags of every head of the cell's maps are.
  var headFlags: PageFlags {
    let flags = PageFlags(zone: .normal, node: memoryNode).union(.noLastCPUPID)
    return order == 0 ? flags : flags.union(.head)
  }

  var footprintBytes: Int { folios * Page.size << order }

  /// Where the cell's maps have their templates.
  var templatePlacement: TemplateNode {
    switch (templates, templateNode) {
    case (.remote, let node?): .node(node)
    case (.global, let node?): .global(node: node)
    case (.local, _), (_, nil): .local
    }
  }

  /// What memory maps the cell needs; cells with equal keys share them.
  var mapKey: MapKey {
    MapKey(
      order: order, population: population, folios: folios, optimized: hvo == .on, mapping: mapping,
      memoryNode: memoryNode, templateNode: templatePlacement, changesHVO: operation.changesHVO)
  }

  /// One line for progress and errors.
  var summary: String {
    "\(operation.rawValue) \(mode.rawValue), "
      + (population.map { "population \($0)" } ?? "order \(order), \(pageClass.rawValue)")
      + (pageClass == .mix ? " \(mix) % tails" : "")
      + (population == nil ? ", \(folios) folio\(folios == 1 ? "" : "s")" : ", \(pages) pages")
      + ", hvo \(hvo.rawValue)"
      + (threads == 1
        ? ""
        : ", \(threads) threads" + (pattern.isOnePageEach ? " \(pattern.rawValue)" : "")
          + (readers.map { ", \($0) of which read" } ?? ""))
  }
}

struct MapKey: Hashable {
  let order: Int
  let population: Population?
  var folios: Int
  let optimized: Bool
  let mapping: MappingSize
  let memoryNode: Int
  let templateNode: TemplateNode
  /// Whether the cells change what is optimised, and so make maps of their own.
  let changesHVO: Bool
}

/// One side of a comparison, or what is measured beside it.
struct Arm: Hashable, Codable {
  /// The encoding's or form's name; `empty` for none.
  let name: String
  let role: SampleRow.Part

  func symbol(_ operation: Operation, _ mode: Mode, layout: Int) -> String {
    let parts =
      switch role {
      case .empty: [name, operation.loop(mode).shell.name, name, "arm"]
      case .twin: [operation.rawValue, mode.rawValue, name, "twin"]
      case .baseline, .arm: [operation.rawValue, mode.rawValue, name, "arm"]
      }
    return (parts + [String(layout)]).joined(separator: "__")
  }
}

extension Cell {
  /// The contenders that give right answers in the cell's state of HVO.
  var contenders: [Contender] {
    operation.contenders(mode).filter {
      // Folios that are allocated apart are found by the order that all have.
      $0.hvoStates.contains(hvo) && (population == nil || $0.format.folioSize == 0)
    }
  }

  /// - Precondition: the arm is one of the cell's operation, and not the empty loop.
  func contender(of arm: Arm) -> Contender {
    operation.contenders(mode).first { $0.name == arm.name }!
  }
}
