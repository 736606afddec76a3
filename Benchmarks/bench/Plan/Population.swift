import ArgumentParser
import Measurement
import Text
import Vmemmap

/// How much of memory is in folios of each size: `4k:40,64k:20,2m:40`.
struct Population: Hashable, Codable, Sendable {
  struct Share: Hashable, Codable {
    let order: Int
    /// Beside those of others; of bytes, not of folios.
    let weight: Double
  }

  /// By ascending order, none twice.
  let shares: [Share]

  /// A machine whose page cache and anonymous memory are partly in large folios.
  static let typical = Population(argument: "4k:40,64k:20,2m:40")!

  /// Folios of 1 GiB: a map has at least one folio of the largest order.
  static let largestOrder = Order.maximum

  var largestOrder: Int { shares.last!.order }

  /// Whether it is one that could have been typed, where it was read from a file.
  var isSound: Bool {
    !shares.isEmpty && zip(shares, shares.dropFirst()).allSatisfy { $0.order < $1.order }
      && shares.allSatisfy {
        (0...Population.largestOrder).contains($0.order) && Share.weights.contains($0.weight)
      }
  }

  /// How many folios of each order so many pages make, by descending order: of each size its share of them,
  /// to the nearest folio.
  ///
  /// - Parameter pages: a multiple of the largest folio's.
  func folios(in pages: Int) -> [(order: Int, count: Int)] {
    var rest = pages
    return shares.reversed().map { share in
      // What the larger ones have too much or too little of is the smaller ones' in proportion; all of
      // what is left is the smallest's.
      let part = share.weight / shares.prefix { $0.order <= share.order }.weight
      let count = Int((part * Double(rest >> share.order)).rounded())
      rest -= count << share.order
      return (share.order, count)
    }
  }

  /// A sum over the folios that so many pages make.
  ///
  /// - Parameter each: what a folio of an order adds.
  func sum(in pages: Int, _ each: (_ order: Int) -> Int) -> Int {
    folios(in: pages).reduce(0) { $0 + $1.count * each($1.order) }
  }

  /// Whether of so many pages no size has a share that is off by more than ``tolerance``.
  func holds(in pages: Int) -> Bool {
    zip(shares.reversed(), folios(in: pages)).allSatisfy { share, folios in
      let part = Double(folios.count << folios.order) / Double(pages)
      return abs(part - share.weight / shares.weight) <= Population.tolerance
    }
  }

  /// Of all pages: 37.5 % of them may be called 40 %, 50 % may not.
  private static let tolerance = 0.05

  /// Of the largest order; more hold any population. Each size's share is off by half a folio, and by what
  /// larger ones left: of sizes that are half of each other less than a folio of the largest.
  static let mostFoliosTooFew = Int(1 / tolerance)

  /// What so many pages are the population of, in percent.
  func nearest(in pages: Int) -> Population {
    Population(
      folios(in: pages).filter { $0.count > 0 }.map {
        let percent = 100 * Double($0.count << $0.order) / Double(pages)
        return Share(order: $0.order, weight: (10 * percent).rounded() / 10)
      })
  }

  /// - Precondition: weights are above 0, and some order is there.
  init(_ shares: [Share]) { self.shares = shares.sorted { $0.order < $1.order } }
}

extension Population: ExpressibleByArgument {
  init?(argument: String) {
    let shares = argument.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let fields = part.split(separator: ":", omittingEmptySubsequences: false)
      return fields.count == 2 ? Share(size: fields[0], weight: fields[1]) : nil
    }
    let found = shares.compactMap(\.self)
    guard found.count == shares.count, Set(found.map(\.order)).count == found.count else {
      return nil
    }
    self.init(found)
  }
}

extension Population: CustomStringConvertible {
  var description: String {
    shares.map { "\(Share.size(ofOrder: $0.order)):\($0.weight.plain)" }.joined(separator: ",")
  }
}

extension Population.Share {
  /// Wide enough for shares of anything.
  fileprivate static let weights = 1e-6...1e9
  private static let units: KeyValuePairs<Character, Int> = ["k": 10, "m": 20, "g": 30]

  fileprivate init?(size: Substring, weight: Substring) {
    guard let unit = size.last?.lowercased().first,
      let shift = Self.units.first(where: { $0.key == unit })?.value,
      let count = Int(size.dropLast()), count > 0, count <= 1024,
      let weight = Double(weight), Self.weights.contains(weight)
    else { return nil }
    let bytes = count << shift
    let order = bytes.trailingZeroBitCount - basePageSize.trailingZeroBitCount
    // A power of two of pages, as buddies are.
    guard bytes == basePageSize << max(order, 0), (0...Population.largestOrder).contains(order)
    else {
      return nil
    }
    self.init(order: order, weight: weight)
  }

  fileprivate static func size(ofOrder order: Int) -> String {
    let bytes = basePageSize << order
    let unit = units.last { bytes >= 1 << $0.value }!
    return "\(bytes >> unit.value)\(unit.key)"
  }
}

extension Population {
  /// The orders of folios over memory as the buddy allocator could have laid them out: naturally aligned,
  /// so many of each size as ``folios(in:)`` says, anywhere; by page frame.
  ///
  /// - Parameter pages: a multiple of the largest folio's.
  func orders(pages: Int, using generator: inout SeededGenerator) -> [UInt8] {
    var orders = [UInt8](repeating: 0, count: pages)
    let counts = Dictionary(uniqueKeysWithValues: folios(in: pages).map { ($0.order, $0.count) })
    var blocks = Array(stride(from: 0, to: pages, by: 1 << largestOrder))
    for order in stride(from: largestOrder, through: 0, by: -1) {
      var wanted = counts[order] ?? 0
      var halves: [PageFrameNumber] = []
      for (index, start) in blocks.enumerated() {
        // Each choice of so many of the blocks is as likely as any other.
        if generator.uniform(below: UInt64(blocks.count - index)) < wanted {
          for pfn in start..<start + 1 << order { orders[pfn] = UInt8(order) }
          wanted -= 1
        } else {
          halves.append(start)
          halves.append(start + 1 << (order - 1))
        }
      }
      blocks = halves
    }
    return orders
  }
}

extension Sequence<Population.Share> {
  fileprivate var weight: Double { reduce(0) { $0 + $1.weight } }
}
