import Glibc
import Vmemmap

/// The struct pages of some folios and the pages that hold them, in terms that do not depend on where
/// they are: the kernel's and the model's can be compared.
struct FolioLayouts {
  /// One page of struct pages.
  struct VmemmapPage: Equatable {
    /// The first of all folios' vmemmap pages that is the same page of memory.
    let sameFrameAs: Int
    let isWritable: Bool
    /// The node that the memory is on; nil where nobody asked.
    let node: Int?
  }

  /// What a folio says as a whole.
  struct Head: Equatable {
    /// From page[1].
    let order: Int
    let referenceCount: Int32
  }

  /// What a struct page says.
  ///
  /// Left out are `lru.prev`, and of the flags last_cpupid and, of the folio's first pages, what
  /// HugeTLB has there: of pages that are tails nobody reads them, and what was there before stays.
  struct StructPage: Equatable {
    let hasHeadFlag: Bool
    /// Those of device memory are.
    let isReserved: Bool
    let zone: Zone
    let node: Int
    /// Of a tail; see ``TailLayout/placeless(_:head:)``.
    let tailWord: UInt?
    /// The place in the folio that the head is found at.
    let head: Int
    let isHead: Bool
    let isTail: Bool
    /// The fields that every tail has, where HugeTLB keeps nothing of its own there.
    let tailFields: TailFields?
  }

  struct TailFields: Equatable {
    /// Those that have names.
    let flags: UInt64
    let mapping: UInt
    let privateData: UInt
    let mapcount: Int32
    let referenceCount: Int32
    let memcgData: UInt
  }

  /// One folio's struct pages, in this process's memory, and the vmemmap pages that they are from.
  struct Folio {
    let first: Page
    let frames: [UInt]
    let isWritable: [Bool]
    let nodes: [Int?]
    /// Where in its flags the node is, and below it the zone.
    let nodeShift: UInt64
  }

  let vmemmapPages: [VmemmapPage]
  /// A folio's each.
  let heads: [Head]
  /// The folios' one after the other.
  let structPages: [StructPage]
  /// Of each folio, whether its last tail has a reference count: those of huge pages that Linux 7.1 to
  /// 7.3 make at boot have 1 on some nodes. Why is not known, so that the model is told.
  let haveCountedTails: [Bool]

  /// HugeTLB keeps data of the folio in struct pages 0 to 3.
  private static let pagesWithData = 4
  /// `NR_PAGEFLAGS` is 23 or less in the kernels that are compared.
  private static let namedFlags: UInt64 = 1 << 23 - 1

  /// - Parameter wrongBit: a bit of the tails' words that is turned round.
  init(_ folios: [Folio], order: Int, _ layout: TailLayout, wrongBit: Int? = nil) {
    let frames = folios.flatMap(\.frames)
    let firsts = Dictionary(zip(frames, frames.indices)) { first, _ in first }
    vmemmapPages = zip(folios.flatMap(\.isWritable), folios.flatMap(\.nodes)).enumerated().map {
      VmemmapPage(
        sameFrameAs: firsts[frames[$0]]!, isWritable: $1.0, node: $1.1)
    }
    let wrong: UInt = wrongBit.map { 1 << UInt($0) } ?? 0
    heads = folios.map { folio in
      Head(
        order: folio.first.folioOrder, referenceCount: folio.first.referenceCount)
    }
    haveCountedTails = folios.map { $0.first.advanced(by: 1 << order - 1).referenceCount != 0 }
    structPages = folios.flatMap { folio in
      (0..<1 << order).map {
        FolioLayouts.structPage($0, of: folio, layout, layout.encoding, wrong)
      }
    }
  }

  private static func structPage<Encoding: CompoundEncoding>(
    _ place: Int, of folio: Folio, _ layout: TailLayout, _: Encoding.Type,
    _ wrong: UInt
  ) -> StructPage {
    let page = folio.first.advanced(by: place)
    let flags = page.flags.rawValue
    let word = page.compoundInfo
    // The old kernel's tails behind the first vmemmap page are those in it, with HVO.
    let hasData =
      (layout == .pointer ? place % structPagesPerVmemmapPage : place) < pagesWithData
    return StructPage(
      hasHeadFlag: page.flags.contains(.head), isReserved: page.flags.contains(.reserved),
      zone: KernelMap.zone(flags, nodeShift: folio.nodeShift),
      node: Int(flags >> folio.nodeShift),
      tailWord: word & 1 == 1 ? layout.placeless(word, head: folio.first) ^ wrong : nil,
      head: Int(bitPattern: Encoding.compoundHead(page).address &- folio.first.address)
        / Page.size,
      isHead: Encoding.isHead(page), isTail: Encoding.isTail(page),
      tailFields: hasData
        ? nil
        : TailFields(
          flags: flags & namedFlags, mapping: page.mapping, privateData: page.privateData,
          mapcount: page.mapcount, referenceCount: page.referenceCount,
          memcgData: page.memcgData))
  }

  /// What is not as expected.
  struct Differences {
    private(set) var count = 0
    /// Of the first ones; of a gigantic page there may be 262144, which take minutes to describe.
    private(set) var lines: [String] = []
    private static let describedAtMost = 20

    fileprivate mutating func add<Value: Equatable>(
      _ what: String, _ values: [Value], _ expected: [Value]
    ) {
      for place in values.indices where values[place] != expected[place] {
        count += 1
        guard lines.count < Differences.describedAtMost else { continue }
        lines.append("\(what) \(place): \(values[place]), expected \(expected[place])")
      }
    }
  }

  func differences(from expected: FolioLayouts) -> Differences {
    var differences = Differences()
    differences.add("folio", heads, expected.heads)
    differences.add("vmemmap page", vmemmapPages, expected.vmemmapPages)
    differences.add("struct page", structPages, expected.structPages)
    return differences
  }
}
