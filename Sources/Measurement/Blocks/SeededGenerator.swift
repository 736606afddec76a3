import Text

/// A reproducible random generator: one seed gives the same sequence on every platform and with
/// every Swift version.
///
/// The sequence is xoshiro256** (Blackman and Vigna), its state filled by SplitMix64 as its authors
/// advise. Not for cryptography.
///
/// Draw bounded integers and permutations with `uniform(below:)` and `shuffle(_:)`. The standard
/// library's `Int.random(in:using:)` and `shuffle(using:)` work too, but may change their
/// algorithms between releases, and a recorded seed would then no longer repeat a run.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  /// Names this stream and thereby its children; does not change as numbers are drawn.
  private let key: UInt64
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// A generator whose whole sequence, and that of its streams, follows from `seed`.
  public init(seed: UInt64) {
    var filler = SplitMix64(state: seed)
    self.init(key: seed, state: (filler.next(), filler.next(), filler.next(), filler.next()))
  }

  init(key: UInt64, state: (UInt64, UInt64, UInt64, UInt64)) {
    self.key = key
    self.state = state
  }

  /// The stream named by `labels` below this one, from its start.
  ///
  /// It depends on this generator's seed and on the labels with their order, and not on what has
  /// been drawn: adding a consumer of random numbers changes no other consumer's numbers.
  /// `stream(1, 2)` is `stream(1).stream(2)`.
  public func stream(_ labels: UInt64...) -> SeededGenerator {
    SeededGenerator(seed: labels.reduce(key, Self.child))
  }

  /// The stream named by the UTF-8 bytes of `label` below this one, from its start.
  public func stream(_ label: String) -> SeededGenerator {
    stream(UInt64(label.utf8.count), label.utf8.fnv1a)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = (state.1 &* 5).rotated(left: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = state.3.rotated(left: 45)
    return result
  }

  /// A number from 0 up to but not including `bound`, each equally likely; `bound` is at least 1.
  public mutating func uniform(below bound: UInt64) -> UInt64 {
    precondition(bound > 0, "there is no number below 0")
    // Lemire's method: the high word of a product is uniform once the few low words that would
    // favour some results are drawn again.
    let biased = (0 &- bound) % bound
    while true {
      let product = next().multipliedFullWidth(by: bound)
      if product.low >= biased { return product.high }
    }
  }

  /// Puts `elements` into a random order, each order equally likely. Linear time.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in elements.indices.dropFirst().reversed() {
      elements.swapAt(last, Int(uniform(below: UInt64(last) + 1)))
    }
  }

  private static func child(of key: UInt64, label: UInt64) -> UInt64 {
    // Mixing the key before the label joins it tells (1, 2) from (2, 1).
    SplitMix64.mix(SplitMix64.mix(key) ^ label)
  }
}

/// Steele, Lea and Flood's generator, here only to spread seeds over wider states.
struct SplitMix64 {
  var state: UInt64

  private static let gamma: UInt64 = 0x9e37_79b9_7f4a_7c15

  mutating func next() -> UInt64 {
    defer { state &+= Self.gamma }
    return Self.mix(state)
  }

  static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ gamma
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension UInt64 {
  fileprivate func rotated(left count: UInt64) -> UInt64 {
    self << count | self >> (64 - count)
  }
}
