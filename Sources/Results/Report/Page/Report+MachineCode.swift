import Text

extension Report {
  /// What the timed loops are made of, old beside new; nothing where the run kept no such facts.
  /// - Throws: what ``Run/codegen()`` throws.
  func machineCode() throws(ResultsError) -> [Markup] {
    let facts = Dictionary(try run.codegen().map { ($0.symbol, $0) }) { first, _ in first }
    let loops = table.compared.grouped { [$0.operation, $0.mode, $0.baseline, $0.arm] }
      .compactMap { rows -> Loop? in
        let row = rows[0]
        // The first copy stands for all.
        func symbol(_ arm: String) -> String { "\(row.operation)__\(row.mode)__\(arm)__arm__0" }
        guard let old = facts[symbol(row.baseline)], let new = facts[symbol(row.arm)] else {
          return nil
        }
        return Loop(operation: row.operation, mode: row.mode, old: old, new: new)
      }
    guard !loops.isEmpty else { return [] }
    // What most loops compare is said once.
    let usual = loops.map(\.arms).grouped { $0 }.max { $0.count < $1.count }?[0] ?? ""
    let columns = (CodegenRow.work + CodegenRow.size).filter { fact in
      loops.contains { $0.old[keyPath: fact.count] + $0.new[keyPath: fact.count] > 0 }
    }
    let heads: [Markup] =
      ["<th scope=\"col\">loop</th>"]
      + columns.map { "<th scope=\"col\" class=\"number\">\($0.name)</th>" }
    let rows: [Markup] = loops.map { loop in
      let arms = loop.arms == usual ? "" : ", \(loop.arms)"
      let cells: [Markup] = columns.map { fact in
        let (old, new) = (loop.old[keyPath: fact.count], loop.new[keyPath: fact.count])
        let name = new < old ? "faster" : new > old ? "slower" : "tiny"
        return "<td class=\"number \(name)\">\(old == new ? "\(old)" : "\(old) → \(new)")</td>"
      }
      return """
        <tr><th scope="row">\(loop.operation) \(loop.mode)\(arms)</th>\(Markup(cells, separator: ""))</tr>
        """
    }
    let caption: Markup = """
      One turn of each timed loop, 8 operations: \(usual). Exact, counted in the binary; blue is less, \
      orange is more.
      """
    return [Page.table("code", caption, heads, rows)]
  }

  private struct Loop {
    let operation: String
    let mode: String
    let old: CodegenRow
    let new: CodegenRow

    var arms: String { "\(old.arm) → \(new.arm)" }
  }
}
