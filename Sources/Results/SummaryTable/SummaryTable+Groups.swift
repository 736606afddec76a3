extension SummaryTable {
  /// A compared arm beside the baseline of its cell.
  struct Pair: Sendable {
    /// Nil where the run has no row of it.
    let old: SummaryRow?
    let new: SummaryRow
  }

  /// The chosen arms, in the order of the rows.
  var pairs: [Pair] {
    let baselines = Dictionary(rows.filter(\.isBaseline).map { ($0.cell, $0) }) { first, _ in
      first
    }
    return compared.map { row in
      let old = baselines[row.cell]
      return Pair(old: old?.arm == row.baseline ? old : nil, new: row)
    }
  }
}

extension Sequence {
  /// Elements of equal keys together, in the order in which keys first appear.
  func grouped<Key: Hashable>(by key: (Element) -> Key) -> [[Element]] {
    var groups: [[Element]] = []
    var places: [Key: Int] = [:]
    for element in self {
      if let place = places[key(element)] {
        groups[place].append(element)
      } else {
        places[key(element)] = groups.count
        groups.append([element])
      }
    }
    return groups
  }
}
