import Text

extension SummaryRow {
  /// A short name that is the same in every run and on every machine, for exceptions and tools:
  /// "compound_head.latency.o9.tail.1024.hvo_on.4k/mask". What is as it mostly is, such as one thread, is not
  /// in it.
  public var stableName: String { "\(cellName)/\(arm)" }

  /// The part of ``stableName`` that all arms of a cell share.
  var cellName: String {
    let words: [String?] = [
      operation, mode,
      population.map { "p\($0.replacing(":", with: "-").replacing(",", with: "-"))" }
        ?? "o\(order)",
      className, footprintName, hvo.map { "hvo_\($0.rawValue)" }, mapping?.rawValue,
      pattern == "random_pfn" ? nil : pattern, nodesName,
      threads == 1 ? nil : "t\(threads)", readers.map { "r\($0)" },
    ]
    return words.compactMap(\.self).joined(separator: ".")
  }

  /// The ``CodegenRow/stableName`` of an arm's loop in this cell.
  func loop(of arm: String) -> String { "\(operation).\(mode)/\(arm)" }

  private var className: String {
    guard let mix, mix > 0, mix < 100 else { return pageClass }
    return "\(pageClass)\(mix.plain)" + (predictability.map { "-\($0)" } ?? "")
  }

  private var footprintName: String {
    guard let hugePages, hugePages > 0 else { return "\(footprintBytes)B" }
    return hugePages == 1 ? "one" : "\(hugePages)"
  }

  /// Nil on node 0 alone.
  private var nodesName: String? {
    let nodes: [(String, Int?)] = [
      ("c", cpuNode), ("m", memoryNode), ("s", templateNode), ("p", peerNode),
    ]
    let named = nodes.compactMap { letter, node in node.map { "\(letter)\($0)" } }.joined()
    let isPlain = nodes.allSatisfy { $0.1 ?? 0 == 0 } && templates == nil
    return isPlain ? nil : named + (templates.map { "-\($0)" } ?? "")
  }
}

extension CodegenRow {
  /// All copies of a loop: "compound_head.latency/mask".
  public var stableName: String {
    let parts = symbol.split(separator: "__")
    return parts.count == 5 ? "\(parts[0]).\(parts[1])/\(parts[2])" : symbol
  }
}
