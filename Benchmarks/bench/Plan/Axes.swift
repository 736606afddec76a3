import ArgumentParser
import Vmemmap

/// How operations follow each other.
enum Mode: String, ExplainedCase, Codable {
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

  var meaning: String? {
    switch self {
    case .throughput: "calls don't wait for each other"
    case .spaced: "the same, with 16 additions between calls"
    case .latency: "the next page comes from the head's flags"
    case .addressChain: "the next page comes from the head's address"
    case .consumerFlags: "calls don't wait, and the head's flags are read"
    case .consumerReference: "calls don't wait; a reference is taken and dropped"
    }
  }
}

/// Which pages of the compound pages are visited.
enum PageClass: String, ExplainedCase, Codable {
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

  var meaning: String? {
    switch self {
    case .order0: "pages of order 0"
    case .head: "heads of compound pages"
    case .headAligned: "heads whose struct page begins a page of 4 KiB"
    case .headUnaligned: "heads whose struct page does not"
    case .tail: "tails, but for places of fake heads"
    case .fakeHead: "tails that HVO made fake heads up to 7.0"
    case .mix: "heads and tails, --mix percent of them tails"
    case .any: nil
    }
  }

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
enum Predictability: String, ExplainedCase, Codable {
  /// One class only.
  case uniform
  /// All heads, then all tails.
  case sorted
  /// At random, over at least ``Workload/length`` addresses.
  case random

  var meaning: String? {
    switch self {
    case .uniform: nil
    case .sorted: "all heads, then all tails: easy to predict"
    case .random: "at random: can't be predicted"
    }
  }
}

/// In which order page frames are visited.
enum Pattern: String, ExplainedCase, Codable {
  case randomPFN = "random_pfn"
  /// Ascending page frames.
  case pfnWalk = "pfn_walk"
  /// Some pages of one folio, then of another one.
  case burst
  /// Each thread one page of order 0, its struct page next to that of another thread.
  case neighbours
  /// The same, with a vmemmap page of struct pages between two threads.
  case apart

  var meaning: String? {
    switch self {
    case .randomPFN: "page frames at random"
    case .pfnWalk: "ascending page frames, as a PFN walker has it"
    case .burst: "some pages of a folio, then of another one"
    case .neighbours: "each thread one page, struct pages side by side"
    case .apart: "each thread one page, struct pages 4 KiB apart"
    }
  }

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
enum ThreadCount: Hashable, ExplainedValue {
  case count(Int)
  /// One on each CPU of the node that this process may use.
  case all

  static let explained = [
    (value: "<number>", meaning: "so many, each on a CPU of its own"),
    (value: "all", meaning: "one on each CPU of the node"),
  ]

  /// The numbers that can be asked for: no machine has more CPUs, and no product overflows.
  static let counts = 1...1 << 16

  init?(argument: String) {
    if argument == "all" {
      self = .all
    } else {
      guard let count = Int(argument) else { return nil }
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
enum Footprint: Hashable, ExplainedValue {
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

  /// Those that have a name.
  private static let named: KeyValuePairs<String, Footprint> = [
    "one": .one, "l2": .l2, "l3": .l3, "beyond": .beyond, "many": .many,
  ]

  static var explained: [(value: String, meaning: String)] {
    named.map { ($0.key, $0.value.meaning) } + [("<number>", Footprint.count(1).meaning)]
  }

  private var meaning: String {
    switch self {
    case .one: "one folio"
    case .l2: "struct pages fill half of the L2 cache"
    case .l3: "struct pages fill half of the last-level cache"
    case .beyond: "struct pages of four times the last-level cache"
    case .many: "32 MiB of struct pages, on any machine"
    case .count: "so many folios"
    }
  }

  init?(argument: String) {
    if let known = Self.named.first(where: { $0.key == argument })?.value {
      self = known
    } else {
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

extension HVOState: ExplainedCase, Codable {
  var meaning: String? {
    switch self {
    case .off: "no folio is optimised; the static key is off"
    case .elsewhere: "other folios are optimised; the key is on"
    case .on: "the visited folios are optimised; the key is on"
    }
  }
}

extension MappingSize: ExplainedCase, Codable {
  var meaning: String? {
    switch self {
    case .base: "pages of 4 KiB under the struct pages"
    case .huge: "huge pages under the struct pages"
    }
  }
}
