extension Page {
  /// A field of the modelled struct page, for those who draw it or compare it with a kernel's.
  public struct Field: Hashable, Sendable {
    /// The kernel's name; a path where the kernel has it in a structure of its own.
    public let name: String
    /// What else the word is called: by other kernels, or for pages in another use.
    public let otherNames: [String]
    /// From the start of the struct page, in bytes.
    public let offset: Int
    /// In bytes.
    public let size: Int

    init(_ name: String, or otherNames: String..., at offset: UInt, size: Int = 8) {
      self.name = name
      self.otherNames = otherNames
      self.offset = Int(offset)
      self.size = size
    }
  }

  /// All of them, in the order of their offsets, without gaps.
  public static let fields = [
    Field("flags", at: Offset.flags),
    Field("compound_info", or: "compound_head", "lru.next", at: Offset.compoundInfo),
    Field("lru.prev", at: Offset.lruPrevious),
    Field("mapping", at: Offset.mapping),
    Field("index", or: "__folio_index", at: Offset.index),
    Field("private", at: Offset.privateData),
    Field("_mapcount", or: "page_type", at: Offset.mapcount, size: 4),
    Field("_refcount", at: Offset.refcount, size: 4),
    Field("memcg_data", at: Offset.memcgData),
  ]
}
