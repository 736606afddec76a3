import ArgumentParser
import Vmemmap

/// How operations follow each other.
enum Mode: String, CaseIterable, ExpressibleByArgument, Codable {
  /// Independent of each other.
  case throughput
  /// Independent of each other, at a distance such as callers have.
  case spaced
  /// Each is reached from what the one before loaded.
  case latency
  /// Each is reached from the address that the one before found.
  case addressChain = "address_chain"
  /// Independent, and the flags of the head that was found are loaded.
  case consumerFlags = "consumer_flags"
  /// Independent, and a reference on the folio that was found is taken and dropped.
  case consumerReference = "consumer_ref"
}

/// Which pages of the compound pages are visited.
enum PageClass: String, CaseIterable, ExpressibleByArgument, Codable {
  /// Pages of order 0.
  case order0 = "order-0"
  /// Heads.
  case head
  /// Heads whose struct page starts a vmemmap page, as all do from order 6 on.
  case headAligned = "head_aligned"
  /// Heads whose struct page does not.
  case headUnaligned = "head_unaligned"
  /// Tails whose struct page does not start a vmemmap page.
  case tail
  /// Tails whose struct page starts a vmemmap page: fake heads under HVO in the old layout.
  case fakeHead = "fakehead"
  /// Heads and tails of every position, `mix` percent of them tails.
  case mix
  /// Whatever page of a population of folios of several orders.
  case any

  func exists(inOrder order: Int) -> Bool {
    switch self {
    case .any: false
    case .order0: order == 0
    case .head, .headAligned, .tail, .mix: order > 0
    case .headUnaligned: order > 0 && 1 << order < structPagesPerVmemmapPage
    case .fakeHead: order >= Order.smallestOptimizable
    }
  }
}

/// In which order pages of two classes follow each other, as a branch predictor sees it.
enum Predictability: String, CaseIterable, ExpressibleByArgument, Codable {
  /// One class only.
  case uniform
  /// All heads, then all tails.
  case sorted
  /// At random, over at least ``Workload/length`` addresses.
  case random
}

/// In which order page frames are visited.
enum Pattern: String, CaseIterable, ExpressibleByArgument, Codable {
  case randomPFN = "random_pfn"
  /// Ascending page frames.
  case pfnWalk = "pfn_walk"
  /// Some pages of one folio, then of another one.
  case burst
  /// Each thread one page of order 0, its struct page next to that of another thread.
  case neighbours
  /// The same, with a vmemmap page of struct pages between two threads.
  case apart

  /// Whether each thread keeps to one page.
  var isOnePageEach: Bool { self == .neighbours || self == .apart }

  /// How many page frames a thread's page is from that of the thread before.
  var pagesBetweenThreads: Int {
    switch self {
    case .neighbours: 1
    case .apart: structPagesPerVmemmapPage
    case .randomPFN, .pfnWalk, .burst: 0
    }
  }

  func applies(to pageClass: PageClass, threads: Int) -> Bool {
    !isOnePageEach || pageClass == .order0 && threads > 1
  }
}

/// How many threads measure at the same time.
enum ThreadCount: Hashable, ExpressibleByArgument {
  case count(Int)
  /// One on each CPU of the node that this process may use.
  case all

  init?(argument: String) {
    if argument == "all" {
      self = .all
    } else {
      guard let count = Int(argument), count > 0 else { return nil }
      self = .count(count)
    }
  }

  func threads(onCPUs cpus: Int) -> Int {
    switch self {
    case .count(let count): count
    case .all: cpus
    }
  }
}

/// How many folios are visited.
enum Footprint: Hashable, ExpressibleByArgument {
  case one
  /// As many as fill half of a cache with struct pages.
  case l2
  case l3
  /// As many as fill the last-level cache ``CacheSizes/beyondFactor`` times.
  case beyond
  /// As many as fill ``manyBytes`` of struct pages, on any machine.
  case many
  case count(Int)

  static let manyBytes = 32 << 20

  /// Whether the number of folios follows from the machine's caches.
  var isChosenByCaches: Bool {
    switch self {
    case .l2, .l3, .beyond: true
    case .one, .many, .count: false
    }
  }

  init?(argument: String) {
    switch argument {
    case "one": self = .one
    case "l2": self = .l2
    case "l3": self = .l3
    case "beyond": self = .beyond
    case "many": self = .many
    default:
      guard let count = Int(argument), count > 0 else { return nil }
      self = .count(count)
    }
  }

  func folios(ofOrder order: Int, _ caches: CacheSizes) -> Int {
    func filling(_ bytes: Int) -> Int { max(1, bytes / (Page.size << order)) }
    return switch self {
    case .one: 1
    case .l2: filling(caches.l2.bytes / 2)
    case .l3: filling(caches.last / 2)
    case .beyond: filling(CacheSizes.beyondFactor * caches.last)
    case .many: filling(Footprint.manyBytes)
    case .count(let count): count
    }
  }
}

extension HVOState: ExpressibleByArgument, Codable {}
extension MappingSize: ExpressibleByArgument, Codable {}
