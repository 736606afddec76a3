import Glibc

/// The names that a kernel built with `CONFIG_KALLSYMS` carries within: found by their shape, because
/// a kernel without a symbol table has nothing that leads to them.
///
/// In the image stand, each aligned to 4 or 8 bytes: the number of symbols; the names, each a length
/// and so many indices of tokens; a marker for every 256th name; 256 tokens; where each token begins;
/// and 32-bit numbers for the addresses. Up to 6.19 or so those count from a base that follows them,
/// where negative ones may count down from it and others are absolute (per-CPU symbols, up to 6.14);
/// since 7.0 from the place where each number stands (seen in 7.0.13). The layout is told by what fits:
/// `_text` must be where the code begins. Kernel source: `scripts/kallsyms.c`.
struct Kallsyms {
  let symbols: [KernelSymbol]

  /// - Parameters:
  ///   - bytes: what is loaded at `address`; some 40 MB are searched in some 10 ms.
  ///   - text: where `_text` must be.
  /// - Returns: nil where no such tables are.
  init?(in bytes: [UInt8], at address: UInt64, text: Set<UInt64>) {
    var from = 0
    while let digits = bytes.find(Self.digits, from: from) {
      from = digits + 1
      guard
        let tokens = Tokens(bytes, digits: digits),
        let markers = Self.markers(bytes, before: tokens.start),
        let names = Self.names(bytes, markers, tokens),
        let addresses = Self.addresses(
          bytes, at: address, after: tokens.end, count: names.count,
          isRight: { values in
            names.indices.contains { names[$0] == "T_text" && text.contains(values[$0]) }
          }
        )
      else { continue }
      symbols = zip(names, addresses).compactMap { name, address in
        guard let kind = name.utf8.first else { return nil }
        return KernelSymbol(
          name: String(name.dropFirst()), address: address, isCode: "tTwW".utf8.contains(kind))
      }
      return
    }
    return nil
  }

  /// Characters that occur in names are tokens of themselves: the digits stand in a row.
  private static let digits: [UInt8] = (0x30...0x39).flatMap { [$0, 0] as [UInt8] }
  private static let tokenCount = 256
  private static let namesPerMarker = 256

  private struct Tokens {
    let start: Int
    /// Behind the index.
    let end: Int
    let texts: [ArraySlice<UInt8>]

    init?(_ bytes: [UInt8], digits: Int) {
      var start = digits
      for _ in 0..<0x30 {
        guard start >= 2, let zero = bytes[..<(start - 1)].lastIndex(of: 0) else { return nil }
        start = zero + 1
      }
      var texts: [ArraySlice<UInt8>] = []
      var position = start
      for _ in 0..<tokenCount {
        guard let zero = bytes[position...].prefix(0x10000).firstIndex(of: 0) else { return nil }
        texts.append(bytes[position..<zero])
        position = zero + 1
      }
      for place in [position.aligned(to: 4), position.aligned(to: 8), position.aligned(to: 2)] {
        let end = place + 2 * tokenCount
        guard end <= bytes.count else { continue }
        if texts.indices.allSatisfy({
          bytes.number(at: place + 2 * $0, UInt16.self) == texts[$0].startIndex - start
        }) {
          self.start = start
          self.end = end
          self.texts = texts
          return
        }
      }
      return nil
    }
  }

  /// Where they begin, and each one's value: read backwards, down to the first, which is 0.
  private static func markers(_ bytes: [UInt8], before end: Int) -> (start: Int, values: [Int])? {
    for padding in [0, 4] {
      var place = end & ~3 - padding
      var values: [Int] = []
      while place >= 4 {
        place -= 4
        let value = Int(bytes.number(at: place, UInt32.self))
        guard value < values.last ?? .max else { break }
        values.append(value)
        if value == 0 {
          if values.count > 1 || padding > 0 { return (place, values.reversed()) }
          break
        }
      }
    }
    return nil
  }

  /// The names with their kind as the first character.
  private static func names(
    _ bytes: [UInt8], _ markers: (start: Int, values: [Int]), _ tokens: Tokens
  ) -> [String]? {
    let most = markers.values.count * namesPerMarker
    // The names behind the last marker have 512 bytes each at the most, and mostly 12.
    let latest = (markers.start - (markers.values.last ?? 0)) & ~3
    for start in stride(from: latest, through: max(8, latest - namesPerMarker * 512), by: -4) {
      for gap in [4, 8] {
        let count = Int(bytes.number(at: start - gap, UInt32.self))
        guard count > most - namesPerMarker, count <= most else { continue }
        if let names = names(bytes, from: start, count: count, markers, tokens) { return names }
      }
    }
    return nil
  }

  private static func names(
    _ bytes: [UInt8], from start: Int, count: Int, _ markers: (start: Int, values: [Int]),
    _ tokens: Tokens
  ) -> [String]? {
    var starts: [Range<Int>] = []
    starts.reserveCapacity(count)
    var position = start
    for number in 0..<count {
      if number.isMultiple(of: namesPerMarker),
        position - start != markers.values[number / namesPerMarker]
      {
        return nil
      }
      guard position + 1 < markers.start else { return nil }
      var length = Int(bytes[position])
      position += 1
      // Long names have lengths of two bytes, since 6.1.
      if length & 0x80 != 0 {
        length = length & 0x7f | Int(bytes[position]) << 7
        position += 1
      }
      guard length > 0, position + length <= markers.start else { return nil }
      starts.append(position..<position + length)
      position += length
    }
    return starts.map { range in
      var text: [UInt8] = []
      for index in bytes[range] { text += tokens.texts[Int(index)] }
      return String(decoding: text, as: UTF8.self)
    }
  }

  private static func addresses(
    _ bytes: [UInt8], at address: UInt64, after end: Int, count: Int,
    isRight: ([UInt64]) -> Bool
  ) -> [UInt64]? {
    for alignment in [4, 8] {
      let place = end.aligned(to: alignment)
      let basePlace = (place + 4 * count).aligned(to: 8)
      guard place + 4 * count <= bytes.count else { continue }
      let offsets = (0..<count).map { bytes.number(at: place + 4 * $0, Int32.self) }
      var layouts: [[UInt64]] = [
        offsets.enumerated().map { index, offset in
          address &+ UInt64(place + 4 * index) &+ UInt64(bitPattern: Int64(offset))
        }
      ]
      if basePlace + 8 <= bytes.count {
        let base: UInt64 = bytes.number(at: basePlace)
        layouts.append(offsets.map { base &+ UInt64(UInt32(bitPattern: $0)) })
        layouts.append(
          offsets.map { $0 >= 0 ? UInt64($0) : base &- 1 &- UInt64(bitPattern: Int64($0)) })
      }
      if let right = layouts.first(where: isRight) { return right }
    }
    return nil
  }
}

extension Int {
  func aligned(to alignment: Int) -> Int { (self + alignment - 1) & ~(alignment - 1) }
}

extension [UInt8] {
  /// Where `pattern` stands first, from `start` on.
  func find(_ pattern: [UInt8], from start: Int) -> Int? {
    unsafe withUnsafeBytes { all in
      var place = start
      while place + pattern.count <= all.count,
        let first = unsafe memchr(
          all.baseAddress! + place, Int32(pattern[0]), all.count - pattern.count + 1 - place)
      {
        place = unsafe UnsafeRawPointer(first) - all.baseAddress!
        if unsafe memcmp(first, pattern, pattern.count) == 0 { return place }
        place += 1
      }
      return nil
    }
  }
}
