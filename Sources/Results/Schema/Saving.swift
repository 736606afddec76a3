extension Meta {
  /// Memory that optimising one folio saves.
  public struct Saving: Codable, Equatable, Sendable {
    public var order: Int
    /// Which scheme: what the tails hold.
    public var layout: String
    /// Pages that hold the folio's struct pages before optimising.
    public var vmemmapPages: Int
    /// As proved on this machine; `nil` where it could not be.
    public var bytesMeasured: Int?
    public var bytesByFormula: Int
    /// How many folios were looked at together, and on how many physical pages all their struct pages
    /// then stood; `nil` without the privilege to see page frames.
    public var folios: Int?
    public var frames: Int?

    public init(
      order: Int,
      layout: String,
      vmemmapPages: Int,
      bytesMeasured: Int?,
      bytesByFormula: Int
    ) {
      self.order = order
      self.layout = layout
      self.vmemmapPages = vmemmapPages
      self.bytesMeasured = bytesMeasured
      self.bytesByFormula = bytesByFormula
    }

    enum CodingKeys: String, CodingKey {
      case order, layout
      case vmemmapPages = "vmemmap_pages"
      case bytesMeasured = "bytes_measured"
      case bytesByFormula = "bytes_by_formula"
      case folios, frames
    }
  }
}
