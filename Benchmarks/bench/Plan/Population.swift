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

  /// A sum over the folios that so many pages make, in expectation.
  ///
  /// - Parameter each: what a folio of an order adds.
  func sum(in pages: Int, _ each: (_ order: Int) -> Int) -> Double {
    let all = shares.reduce(0) { $0 + $1.weight }
    return shares.reduce(0) {
      $0 + Double(pages) * $1.weight / all / Double(1 << $1.order) * Double(each($1.order))
    }
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
  /// of each size its share, in expectation; by page frame.
  ///
  /// - Parameter pages: a multiple of the largest folio's.
  func orders(pages: Int, using generator: inout SeededGenerator) -> [UInt8] {
    var orders = [UInt8](repeating: 0, count: pages)
    for start in stride(from: 0, to: pages, by: 1 << largestOrder) {
      place(largestOrder, at: start, in: &orders, using: &generator)
    }
    return orders
  }

  /// Makes a block one folio, or two blocks.
  private func place(
    _ order: Int, at start: PageFrameNumber, in orders: inout [UInt8],
    using generator: inout SeededGenerator
  ) {
    let upTo = shares.prefix { $0.order <= order }
    let all = upTo.reduce(0) { $0 + $1.weight }
    let own = upTo.last { $0.order == order }?.weight ?? 0
    // All of the smallest order's blocks are its folios.
    if own == all || Double(generator.uniform(below: 1 << 32)) / Double(1 << 32) * all < own {
      for pfn in start..<start + 1 << order { orders[pfn] = UInt8(order) }
      return
    }
    place(order - 1, at: start, in: &orders, using: &generator)
    place(order - 1, at: start + 1 << (order - 1), in: &orders, using: &generator)
  }
}
