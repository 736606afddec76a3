import ArgumentParser
import Vmemmap

/// A choice of axis values that answers a question in a known time.
enum Preset: String, ExplainedCase {
  /// Does everything work here, and roughly how does it look? At most 10 s.
  case smoke
  /// The main table. At most 60 s on 2 cores.
  case standard = "default"
  /// More of every axis, and more time for each cell; hours, to be narrowed by the axes.
  case full
  /// What footprint does: from one huge page to as many as `vm.max_map_count` allows.
  case scale
  /// What Muchun Song measured when fake heads came, 2021-11-01: heads, with the key on.
  case fakeHeads2021 = "2021"
  /// What callers do with ranges of pages: zap, GUP-fast, unpin, the isolation scanner's walk, release.
  case callers
  /// What several threads do to each other, on one head and on neighbouring struct pages.
  case threads
  /// What taking references by an addition, or with no look at the count, gains and costs: several threads
  /// on one head, some of which only read it, on neighbouring struct pages and apart; one thread on
  /// heads and tails.
  case refcount

  var meaning: String? {
    switch self {
    case .smoke: "whether all works here, in seconds"
    case .standard: "the answer, in about a minute"
    case .full: "more of every axis, for hours; narrow it"
    case .scale: "tails of one huge page to 100,000"
    case .fakeHeads2021: "the figures of the patch that brought fake heads"
    case .callers: "ranges of pages: zap, GUP-fast, unpin, scanner"
    case .threads: "several threads, on one head or next to each other"
    case .refcount: "references in forms that were proposed, by threads"
    }
  }
}

/// The values of each axis; a plan is their product, less what does not exist.
struct Axes {
  var operations = Operation.tabled
  var modes = Mode.allCases
  var orders: [Int]
  /// Nil for folios of one order each.
  var populations: [Population?] = [nil]
  var pageClasses: [PageClass] = [.order0, .head, .tail, .fakeHead, .mix]
  var mixes = [50]
  var predictabilities: [Predictability] = [.random]
  var patterns: [Pattern] = [.randomPFN]
  var footprints: [Footprint]
  var hvo: [HVOState]
  var mappings: [MappingSize] = [.huge]
  var threads: [ThreadCount] = [.count(1)]
  /// Percent of several threads that only read the count.
  var readers = [0]
  /// The most bytes of struct pages that footprints by caches take in a map: more takes more time than
  /// the preset has on machines with large caches.
  var mostBytes = Int.max
  /// Whether to leave out what says little beside the other cells of the table.
  var essentialsOnly = false
  /// Which cells of the product the preset has.
  var keeps: @Sendable (Cell) -> Bool = { _ in true }
}

extension Preset {
  var axes: Axes {
    switch self {
    case .smoke:
      Axes(
        operations: [.compoundHead, .pageRefAddUnless], orders: [0, 9], footprints: [.one],
        hvo: [.off, .on], essentialsOnly: true)
    case .standard:
      Axes(
        orders: [0, 2, 4, 9, 18], footprints: [.one, .beyond], hvo: HVOState.allCases,
        mostBytes: 256 << 20, essentialsOnly: true)
    case .full:
      Axes(
        operations: Operation.kernel, orders: [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 18],
        mixes: [1, 10, 50, 90, 99],
        predictabilities: [.sorted, .random], patterns: Pattern.allCases,
        footprints: [.one, .l2, .l3, .beyond], hvo: HVOState.allCases,
        mappings: [.base, .huge])
    case .fakeHeads2021:
      Axes(
        operations: [.compoundHead], modes: [.throughput, .latency], orders: [4],
        pageClasses: [.headUnaligned, .headAligned], footprints: [.one], hvo: [.elsewhere])
    case .threads:
      Axes(
        operations: [.compoundHead, .pageRefAddUnless, .folioTryGet], modes: [.throughput],
        orders: [0, 9], pageClasses: [.order0, .head, .tail],
        patterns: [.randomPFN, .neighbours, .apart], footprints: [.one], hvo: [.off, .on],
        threads: [.count(1), .count(2), .all])
    case .callers:
      // All of them are in `more`.
      Axes(operations: [], orders: [], footprints: [], hvo: [])
    case .refcount:
      Axes(
        operations: [.compoundHead, .pageRefAddUnless, .folioTryGet],
        modes: [.throughput, .consumerReference], orders: [0, 9],
        pageClasses: [.order0, .head, .tail], patterns: [.randomPFN, .neighbours, .apart],
        footprints: [.one], hvo: [.off, .on],
        threads: (0...6).map { .count(1 << $0) } + [.all], readers: [0, 50, 100],
        keeps: { $0.isOfReferences })
    case .scale:
      Axes(
        operations: [.compoundHead], modes: [.latency], orders: [9], pageClasses: [.tail],
        footprints: [1, 8, 64, 128, 512, 1024, 2048, 4000, 8192, 16384, 32768, 65536, 100_000].map {
          .count($0)
        },
        hvo: [.off, .on], mappings: [.base, .huge])
    }
  }

  /// What else it has: cells that are no part of the product above.
  var more: [Axes] {
    func callers(_ footprints: [Footprint], hvo: [HVOState]) -> Axes {
      Axes(
        operations: [.zapPages, .zapBatch, .gupFast, .unpinPages], modes: [.throughput],
        orders: [9],
        pageClasses: [.head], footprints: footprints, hvo: hvo, mostBytes: 256 << 20)
    }
    func populations(_ footprints: [Footprint], hvo: [HVOState]) -> Axes {
      Axes(
        operations: [.scanPFNs, .putPage], modes: [.throughput, .spaced], orders: [],
        populations: [.typical], footprints: footprints, hvo: hvo, mostBytes: 256 << 20,
        keeps: { $0.operation == .scanPFNs || $0.mode == .spaced })
    }
    return switch self {
    case .standard: [callers([.one], hvo: [.off]), populations([.l2], hvo: [.off])]
    case .callers:
      [callers([.one, .beyond], hvo: HVOState.allCases)]
        + [populations([.l2, .beyond], hvo: [.off, .elsewhere])]
    case .smoke, .full, .scale, .fakeHeads2021, .threads, .refcount: []
    }
  }

  /// Measuring time of a cell in seconds, over all processes.
  var secondsPerCell: Double {
    switch self {
    case .smoke: 0.1
    case .standard: 0.13
    case .full: 0.5
    case .threads: 1
    case .refcount: 2.5
    case .callers: 1
    case .scale, .fakeHeads2021: 10
    }
  }

  /// The arms beside the baseline, where they are not all.
  var encodings: Set<String>? {
    switch self {
    // Each takes a map of up to 3 GiB.
    case .scale: [MaskEncoding.name, MemdescEncoding<MemdescStructPage64>.name]
    case .refcount: Set(proposedForms.map { $0.name } + ["fakehead"])
    default: nil
    }
  }

  /// The arm that ratios refer to, where it is not the old kernel's.
  var baseline: String? {
    switch self {
    case .fakeHeads2021: PointerEncoding.name
    case .refcount: MaskEncoding.name
    default: nil
    }
  }

  /// Whether several threads run on two nodes, too, where there are.
  var spansNodes: Bool { self == .threads || self == .refcount }

  var processes: Int {
    switch self {
    // The fewest that a verdict takes.
    case .smoke: 3
    // So many make an interval of their medians at 95 %, fewer need Student's t.
    case .standard, .full, .scale, .fakeHeads2021, .threads, .refcount, .callers: 6
    }
  }
}
