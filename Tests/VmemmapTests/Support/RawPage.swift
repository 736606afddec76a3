import Vmemmap

/// The 64 bytes of a struct page, taken apart by the offsets of the kernel's documents.
struct RawPage: Hashable, CustomStringConvertible {
  /// Little-endian words, as x86-64 stores them.
  let words: SIMD8<UInt64>

  var flags: UInt64 { words[0] }
  var compoundInfo: UInt64 { words[1] }
  var lruPrevious: UInt64 { words[2] }
  var mapping: UInt64 { words[3] }
  var index: UInt64 { words[4] }
  var privateData: UInt64 { words[5] }
  var mapcount: Int32 { Int32(truncatingIfNeeded: words[6]) }
  var refcount: Int32 { Int32(truncatingIfNeeded: words[6] >> 32) }
  var memcgData: UInt64 { words[7] }

  /// `PG_head` is bit 6.
  var hasHeadFlag: Bool { flags >> 6 & 1 == 1 }
  var isMarkedTail: Bool { compoundInfo & 1 == 1 }

  /// The same but for node and zone: the highest 9 bits of the flags.
  var withoutZoneAndNode: RawPage {
    var words = words
    words[0] = (flags << 9) >> 9
    return RawPage(words: words)
  }

  /// The 21 bits below the zone.
  var lastCPUPID: UInt64 { flags >> 34 & 0x1f_ffff }

  /// The same with `last_cpupid` 0, as tails of a template have it.
  var withoutLastCPUPID: RawPage {
    var words = words
    words[0] = flags & ~(0x1f_ffff << 34)
    return RawPage(words: words)
  }

  var description: String {
    words.indices.map { String(words[$0], radix: 16) }.joined(separator: " ")
  }
}

extension MemoryMap {
  /// Struct pages of the map.
  func rawPages(_ pfns: Range<Int>) -> [RawPage] {
    RawMemory.words(at: base + UInt(pfns.lowerBound * 64), count: pfns.count)
      .map { RawPage(words: $0) }
  }

  var rawPages: [RawPage] { rawPages(0..<pageCount) }

  /// Struct pages with addresses in the map counted from its base, to be compared with another map's.
  func relativePages(_ pfns: Range<Int>) -> [RawPage] {
    let addresses = UInt64(base)..<UInt64(base) + UInt64(pageCount * 64)
    return rawPages(pfns).map { page in
      var words = page.words
      for index in words.indices where addresses.contains(words[index]) {
        words[index] -= addresses.lowerBound
      }
      return RawPage(words: words)
    }
  }

  var relativePages: [RawPage] { relativePages(0..<pageCount) }

  func rawPage(_ pfn: Int) -> RawPage { rawPages(pfn..<pfn + 1)[0] }

  /// The first struct page that is no longer what it was; nil if there is none.
  func firstChange(from before: [RawPage]) -> String? {
    let now = rawPages
    return now.indices.first { now[$0] != before[$0] }
      .map { "pfn \($0): \(now[$0]) instead of \(before[$0])" }
  }
}
