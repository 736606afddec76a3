import Results
import TimedLoops
import Vmemmap

/// One question: all arms of a cell answer it over the same addresses, in the same rounds.
struct Cell: Hashable, Codable {
  let operation: Operation
  let mode: Mode
  let order: Int
  let pageClass: PageClass
  /// Percent of tails among the addresses.
  let mix: Int
  let predictability: Predictability
  let pattern: Pattern
  let folios: Int
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

  /// On which CPUs each thread may run: one of its own, or alone on all of the node.
  ///
  /// - Parameter available: by node.
  func cpus(on available: [Int: [Int]]) -> [[Int]] {
    let here = available[cpuNode] ?? []
    guard threads > 1 else { return [here] }
    guard let peerNode else { return (0..<threads).map { [here[$0]] } }
    let there = available[peerNode] ?? []
    return (0..<threads).map { [$0 % 2 == 0 ? here[$0 / 2] : there[$0 / 2]] }
  }

  /// Delays of known size on top of a chain of `compound_head()` on heads.
  static func selfTest(on cpuNode: Int, _ memoryNode: Int) -> Cell {
    Cell(
      operation: .selfTest, mode: .latency, order: 9, pageClass: .head, mix: 0,
      predictability: .uniform, pattern: .randomPFN, folios: 1, hvo: .off, mapping: .base,
      cpuNode: cpuNode, memoryNode: memoryNode)
  }

  /// How much measuring time a cell gets, beside others.
  var weight: Double {
    switch operation {
    case .selfTest: 6
    // So much longer do the fewest rounds take.
    case .hvoOptimize, .hvoRestore:
      1 + Double(folios * MemoryMap.mappings(forOptimizedOrder: order)) / 128
    default: 1
    }
  }

  /// The modelled pages: whole folios, and at least one vmemmap page of them.
  var pages: Int { max(folios << order, structPagesPerVmemmapPage) }

  /// What the flags of every head of the cell's maps are.
  var headFlags: PageFlags {
    let flags = PageFlags(zone: .normal, node: memoryNode)
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
      order: order, folios: folios, optimized: hvo == .on, mapping: mapping,
      memoryNode: memoryNode, templateNode: templatePlacement, changesHVO: operation.changesHVO)
  }

  /// One line for progress and errors.
  var summary: String {
    "\(operation.rawValue) \(mode.rawValue), order \(order), \(pageClass.rawValue)"
      + (pageClass == .mix ? " \(mix) % tails" : "")
      + ", \(folios) folio\(folios == 1 ? "" : "s"), hvo \(hvo.rawValue)"
      + (threads == 1
        ? "" : ", \(threads) threads" + (pattern.isOnePageEach ? " \(pattern.rawValue)" : ""))
  }
}

struct MapKey: Hashable {
  let order: Int
  let folios: Int
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
      case .empty: ["empty", (mode == .latency ? mode : .throughput).rawValue, name, "arm"]
      case .twin: [operation.rawValue, mode.rawValue, name, "twin"]
      case .baseline, .arm: [operation.rawValue, mode.rawValue, name, "arm"]
      }
    return (parts + [String(layout)]).joined(separator: "__")
  }
}

/// An encoding or form as the plan sees it.
struct Contender: Sendable {
  let name: String
  let role: ArmRole
  /// Which kernels have it; nil for none.
  var kernels: String?
  let hvoStates: Set<HVOState>
  let format: any TailFormat.Type
  var staticKey: (any StaticKey.Type)?
  /// Whether it is measured without being asked for.
  var isInDefaultPlan = true
  var registerThread: @Sendable () -> Void = {}
  var unregisterThread: @Sendable () -> Void = {}
}

#if COMPARE_WITH_C
  extension Contender {
    /// The same loops in C (`Tests/CLoops`).
    fileprivate var inC: Contender {
      Contender(
        name: "c_\(name)", role: .control, hvoStates: hvoStates, format: format,
        staticKey: staticKey,
        isInDefaultPlan: isInDefaultPlan, registerThread: registerThread,
        unregisterThread: unregisterThread)
    }
  }
#endif

extension Operation {
  /// All encodings or forms of the operation.
  var contenders: [Contender] {
    #if COMPARE_WITH_C
      swiftContenders
        + swiftContenders.map(\.inC).filter {
          timedLoops["\(rawValue)__throughput__\($0.name)__arm__0"] != nil
        }
    #else
      swiftContenders
    #endif
  }

  private var swiftContenders: [Contender] {
    switch self {
    case .compoundHead: compoundEncodings.map { contender($0) }
    case .pageHead, .pageTail, .pageCompound, .prepCompoundPage:
      comparableEncodings.map { contender($0) }
    case .pageZonenum: zoneEncodings.map { contender($0) }
    case .pageRefAddUnless: pageRefForms.map { contender($0) }
    case .folioTryGet: folioRefForms.map { contender($0) }
    case .hvoOptimize, .hvoRestore:
      HVOProcedure.all.map(\.contender)
    case .selfTest:
      plantedAdditions.map {
        Contender(
          name: "planted_\($0)", role: .control, hvoStates: [.off], format: HeadMaskFormat.self)
      }
    }
  }

  private func contender<E: CompoundEncoding>(_ encoding: E.Type) -> Contender {
    Contender(
      name: E.name, role: E.role, kernels: E.kernels, hvoStates: E.hvoStates, format: E.Format.self,
      staticKey: E.staticKey,
      isInDefaultPlan: E.isInDefaultPlan)
  }

  private func contender<F: PageRefForm>(_ form: F.Type) -> Contender {
    Contender(
      name: F.name, role: F.role, kernels: F.kernels, hvoStates: F.hvoStates,
      format: F.Encoding.Format.self,
      staticKey: F.staticKey, isInDefaultPlan: F.isInDefaultPlan,
      registerThread: { F.registerThread() }, unregisterThread: { F.unregisterThread() })
  }
}

extension Cell {
  /// The contenders that give right answers in the cell's state of HVO.
  var contenders: [Contender] {
    operation.contenders.filter { $0.hvoStates.contains(hvo) }
  }

  /// - Precondition: the arm is one of the cell's operation, and not the empty loop.
  func contender(of arm: Arm) -> Contender {
    operation.contenders.first { $0.name == arm.name }!
  }
}
