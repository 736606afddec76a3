import Glibc
import Vmemmap

/// The struct pages of one folio and the pages that hold them, in terms that do not depend on where
/// they are: the kernel's and the model's can be compared.
struct FolioLayout {
  /// One page of struct pages.
  struct VmemmapPage: Equatable {
    /// The first of the folio's vmemmap pages that is the same page of memory.
    let sameFrameAs: Int
    let isWritable: Bool
    /// The node that the memory is on.
    let node: Int
  }

  /// What a struct page says, by its place in the folio.
  struct StructPage: Equatable {
    let hasHeadFlag: Bool
    let node: Int
    /// The second word less the head's address, where it is odd: 1 in the old format.
    let tailWord: UInt?
    /// The place that the old kernel's decoding finds the head at.
    let head: Int
    let isHead: Bool
    let isTail: Bool
    /// The fields that every tail has, where HugeTLB keeps nothing of its own there.
    let tailFields: TailFields?
  }

  struct TailFields: Equatable {
    let mapping: UInt
    let privateData: UInt
    let mapcount: Int32
    let referenceCount: Int32
  }

  let vmemmapPages: [VmemmapPage]
  let structPages: [StructPage]

  /// HugeTLB keeps data of the folio in struct pages 0 to 3.
  private static let pagesWithData = 4

  /// - Parameters:
  ///   - head: the folio's first struct page, in this process's memory.
  ///   - nodeShift: where in the flags the node is.
  init(vmemmapPages: [VmemmapPage], head: Page, nodeShift: UInt64) {
    typealias OldKernel = FakeHeadEncoding<KeyOn>
    self.vmemmapPages = vmemmapPages
    structPages = (0..<HugePage.basePages).map { place in
      let page = head.advanced(by: place)
      let word = page.compoundInfo
      return StructPage(
        hasHeadFlag: page.flags.contains(.head), node: Int(page.flags.rawValue >> nodeShift),
        tailWord: word & 1 == 1 ? word &- head.address : nil,
        head: Int(bitPattern: OldKernel.compoundHead(page).address &- head.address) / Page.size,
        isHead: OldKernel.isHead(page), isTail: OldKernel.isTail(page),
        tailFields: place % structPagesPerVmemmapPage < FolioLayout.pagesWithData
          ? nil
          : TailFields(
            mapping: page.mapping, privateData: page.privateData, mapcount: page.mapcount,
            referenceCount: page.referenceCount))
    }
  }

  /// What is not as expected, a line for each page.
  func differences(from expected: FolioLayout) -> [String] {
    FolioLayout.differences("vmemmap page", vmemmapPages, expected.vmemmapPages)
      + FolioLayout.differences("struct page", structPages, expected.structPages)
  }

  private static func differences<Value: Equatable>(
    _ what: String, _ values: [Value], _ expected: [Value]
  ) -> [String] {
    zip(values, expected).enumerated().compactMap { place, pair in
      pair.0 == pair.1 ? nil : "\(what) \(place): \(pair.0), expected \(pair.1)"
    }
  }
}

extension [FolioLayout.VmemmapPage] {
  /// - Parameter frames: of the vmemmap pages in order.
  init(frames: [UInt], isWritable: [Bool], nodes: [Int]) {
    self = frames.indices.map {
      FolioLayout.VmemmapPage(
        sameFrameAs: frames.firstIndex(of: frames[$0])!, isWritable: isWritable[$0],
        node: nodes[$0])
    }
  }
}
