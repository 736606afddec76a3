import Text

extension SummaryRow {
  /// Which cell, in words; rows of one run with the same words differ in the arm only.
  var cellText: String {
    let words: [String?] = [
      kindText, pattern, mapping.map { "mapped \($0.rawValue)" },
      cpuNode.map { "CPU node \($0)" }, memoryNode.map { "memory node \($0)" },
      templateNode.map { "template node \($0)" }, threads == 1 ? nil : "\(threads) threads",
      readers.map { "\($0) of which only read" },
      templates.map { "\($0) templates" }, peerNode.map { "threads on node \($0), too" },
    ]
    return words.compactMap { $0 }.joined(separator: ", ")
  }

  /// Whether there is one folio, and not as much memory in folios of several sizes.
  var isOneFolio: Bool { hugePages == 1 && population == nil }

  /// What kind of cell: the axes that decide most.
  var kindText: String {
    let words: [String?] = [
      "\(operation) \(mode)" + (chain.map { " (\($0.rawValue) chain)" } ?? ""),
      population.map { "population \($0)" } ?? "order \(order)",
      classText, footprintText,
      hvo.map { "HVO \($0.rawValue)" },
    ]
    return words.compactMap { $0 }.joined(separator: ", ")
  }

  /// "tail", or "mix (50 % tail, random)" where both kinds are visited.
  var classText: String {
    guard let mix, mix > 0, mix < 100 else { return pageClass }
    return "\(pageClass) (\(mix.plain) % tail\(predictability.map { ", \($0)" } ?? ""))"
  }

  /// "1 folio", "1024 folios, 32 MiB", or of a population "32 KiB"; the size is that of the struct pages.
  var footprintText: String {
    let size = ByteCount(footprintBytes).description
    guard let hugePages, hugePages > 0, population == nil else { return size }
    return isOneFolio ? "1 folio" : "\(hugePages) folios, \(size)"
  }
}
