extension Matrix {
  /// Whether rows have a line and a column each, and no other axis tells them apart.
  static func fits(_ compared: [SummaryRow]) -> Bool {
    isWorthwhile(compared) && compared.allSatisfy(isPlain) && hasOneKindOfEachClass(compared)
      && isUnique(compared) && areOrdersComparable(compared)
  }

  /// One number is no matrix.
  private static func isWorthwhile(_ rows: [SummaryRow]) -> Bool {
    rows.count { isShown($0.order) && $0.ratio != nil } > 1
  }

  /// One thread, and all memory on its node.
  private static func isPlain(_ row: SummaryRow) -> Bool {
    row.threads == 1 && row.memoryNode == row.cpuNode && row.templates == nil
      && row.peerNode == nil
  }

  /// One mix, in one order.
  private static func hasOneKindOfEachClass(_ rows: [SummaryRow]) -> Bool {
    rows.grouped(by: \.pageClass).allSatisfy { Set($0.map(Pages.init)).count == 1 }
  }

  private static func isUnique(_ rows: [SummaryRow]) -> Bool {
    struct Key: Hashable {
      let names: [String?]
      let order: Int
      let cell: Block.Cell
    }
    let keys = rows.map {
      Key(
        names: [$0.operation, $0.mode, $0.chain?.rawValue, $0.arm, $0.pattern], order: $0.order,
        cell: Block.Cell($0))
    }
    return Set(keys).count == keys.count
  }

  /// Whether each row of another order has one of order 9 to be compared with.
  private static func areOrdersComparable(_ rows: [SummaryRow]) -> Bool {
    let known = Set(rows.filter { $0.order == order }.map(Block.Cell.init))
    return rows.allSatisfy { isShown($0.order) || known.contains(Block.Cell($0)) }
  }
}
