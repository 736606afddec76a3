/// A copy of a struct page, for those who look at pages that may change under their hands, and for tools
/// that read the memory of a crashed kernel.
///
/// Since tails hold masks, a copy says nothing without the address that it was taken from: the mask
/// applied to the copy's own address leads into the memory around the copy.
///
/// The corresponding kernel function is `snapshot_page()`.
public struct PageSnapshot: Sendable {
  /// Where the copy was taken from.
  public let page: Page
  /// The copied words, of 8 bytes each.
  public let words: [UInt64]

  /// Copies a struct page, each word with one load.
  ///
  /// - Parameters:
  ///   - page: the struct page that is copied.
  ///   - structPageSize: in bytes, a multiple of 8.
  public init(of page: Page, structPageSize: Int = Page.size) {
    self.page = page
    words = (0..<structPageSize / 8).map { page.word64(at: UInt($0) * 8) }
  }

  /// The flags at the time of the copy.
  public var flags: PageFlags { PageFlags(rawValue: words[Int(Page.Offset.flags) / 8]) }

  /// The word at the time of the copy, from which the head is known.
  public var compoundInfo: UInt { UInt(words[Int(Page.Offset.compoundInfo) / 8]) }

  /// The head that the page had at the time of the copy.
  ///
  /// In the old layout under HVO a fake head is taken for a head, as its copy alone shows no more.
  public func head(in format: any TailFormat.Type) -> Page {
    format.head(of: page, compoundInfo: compoundInfo)
  }
}
