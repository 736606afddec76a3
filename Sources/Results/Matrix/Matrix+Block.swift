extension Matrix {
  /// One operation as it is called in one way: the lines under a heading.
  struct Block {
    /// Not empty.
    let rows: [SummaryRow]
    /// Those of the matrix, which are of order 9 or 0.
    let shown: [Cell: SummaryRow]

    /// Which line and column of a block.
    struct Cell: Hashable {
      let pages: Pages
      let place: Place

      init(_ pages: Pages, _ place: Place) {
        self.pages = pages
        self.place = place
      }

      init(_ row: SummaryRow) { self.init(Pages(row), Place(row)) }
    }

    init(_ rows: [SummaryRow]) {
      self.rows = rows
      let ratios = rows.filter { Matrix.isShown($0.order) && $0.ratio != nil }
      shown = Dictionary(ratios.map { (Cell($0), $0) }) { first, _ in first }
    }

    var arm: String { rows[0].arm }

    /// "compound_head, each call needs the one before"
    func heading(besideArm main: String) -> String {
      let row = rows[0]
      let usualPattern = "random_pfn"
      let words: [String?] = [
        row.operation, calls, row.pattern == usualPattern ? nil : row.pattern,
        arm == main ? nil : row.armOfKernels,
      ]
      return words.compactMap(\.self).joined(separator: ", ")
    }

    /// "compound_head latency", as it can be asked for; nil where nothing is left to say.
    func name(besideArm main: String, withOperation: Bool = true) -> String? {
      let row = rows[0]
      let words: [String?] = [
        withOperation ? row.operation : nil, row.mode == Self.usualMode ? nil : row.mode,
        arm == main ? nil : "(\(arm))",
      ]
      let told = words.compactMap(\.self)
      return told.isEmpty ? nil : told.joined(separator: " ")
    }

    /// How it is called, in words.
    private var calls: String {
      switch (rows[0].mode, rows[0].chain) {
      case (Self.usualMode, _): "independent calls"
      case ("latency", .control): "each call needs the branch before"
      case ("latency", _): "each call needs the one before"
      case ("address_chain", _): "each call needs the address before"
      case ("spaced", _): "with other work between calls"
      case ("consumer_flags", _): "then the head's flags are read"
      case ("consumer_ref", _): "then a reference is taken and dropped"
      case (let mode, _): mode
      }
    }

    private static let usualMode = "throughput"
  }
}

extension SummaryRow {
  /// "mask (Linux 7.1 and later)"
  var armOfKernels: String { arm + (kernels.map { " (Linux \($0))" } ?? "") }
}
