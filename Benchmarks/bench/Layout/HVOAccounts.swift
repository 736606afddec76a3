import Text
import Vmemmap

/// What the struct pages of a huge page take under HVO: by the formula, and as the kernel accounts for
/// one that was built here.
enum HVOAccounts {
  private static let orders = [9, 18]
  private static let formats: [any TailFormat.Type] = [
    HeadPointerFormat.self, HeadMaskFormat.self,
  ]

  /// Builds huge pages of 2 MiB and 1 GiB, with 16 MiB of struct pages at most; some 0.1 s.
  ///
  /// - Throws: ``FailedRun`` where the kernel accounts for another saving than the formula.
  static func lines() throws(FailedRun) -> [String] {
    var table = TextColumns([.left, .left] + Array(repeating: .right, count: 7))
    table.append([
      "huge page", "tails", "total", "kept", "saved", "total*", "left*", "template*", "saved*",
    ])
    var notes = [
      "* as st_blocks tells of one that was built here; all huge pages of a zone share the template"
    ]
    for order in orders {
      let formula = VmemmapFootprint(order: order)
      let size = (basePageSize << order).exactBytes
      for format in formats {
        let predicted = [formula.totalBytes, formula.keptBytes, formula.savedBytes]
        let account = Result { () throws(VmemmapError) in try HVOAccount(format, order: order) }
        let measured: [String]
        switch account {
        case .success(let account):
          guard account.agrees(with: formula) else {
            throw FailedRun(
              description: """
                HVO of order \(order), \(format.name): st_blocks tells that \(account.left) of \
                \(account.total) bytes are left, but \(formula.keptBytes) of \(formula.totalBytes) \
                and \(account.templates) of templates should be
                """)
          }
          measured = account.bytes.map(\.exactBytes)
        case .failure(let error):
          measured = ["", "", "", ""]
          notes.append("not measured: \(size), \(format.name): \(error)")
        }
        table.append([size, format.name] + predicted.map(\.exactBytes) + measured)
      }
    }
    return table.rendered() + notes
  }

  /// What a TiB of memory takes.
  static var linesPerTebibyte: [String] {
    let tebibyte = 1 << 40
    let total = tebibyte / basePageSize * Page.size
    return ["per TiB of memory: \(total.exactBytes) of struct pages"]
      + orders.map { order in
        let footprint = VmemmapFootprint(order: order)
        let count = footprint.count(inBytes: tebibyte)
        return """
            as \((basePageSize << order).exactBytes) pages: \
          \((count * footprint.savedBytes).exactBytes) saved, \
          \((count * footprint.keptBytes).exactBytes) left
          """
      }
  }
}

/// One huge page, optimised in a memory map of its own.
private struct HVOAccount {
  let total: Int
  let left: Int
  let templates: Int

  init(_ format: any TailFormat.Type, order: Int) throws(VmemmapError) {
    var map = try MemoryMap(format: format, sections: [MemorySection(pages: 1 << order)])
    try map.initialize(order: order)
    total = try map.allocatedBytes()
    try map.optimize(folios: [0])
    left = try map.allocatedBytes()
    templates = map.templateCount * basePageSize
  }

  var bytes: [Int] { [total, left, templates, total - left] }

  func agrees(with formula: VmemmapFootprint) -> Bool {
    total == formula.totalBytes && left == formula.keptBytes + templates
  }
}
