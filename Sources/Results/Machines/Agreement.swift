extension Machines {
  /// What machines say of a cell together. A difference within the margin counts as none.
  enum Agreement: String, CaseIterable, Sendable {
    /// Faster on one, slower on another.
    case contradicting
    /// The same on one, and faster or slower on another.
    case differing
    /// All that resolved it say the same.
    case agreeing
    /// Fewer than two resolved it.
    case unresolved
    /// Only one has it.
    case alone
  }
}

extension Machines.Cell {
  var agreement: Machines.Agreement {
    guard sightings.count > 1 else { return .alone }
    let resolved = marks.filter { $0 != .unresolved }
    if Mark.contradict(resolved) { return .contradicting }
    if resolved.count < 2 { return .unresolved }
    return Set(resolved).count == 1 ? .agreeing : .differing
  }

  /// What all machines say that have the cell; nil unless all say the same.
  var everywhere: Mark? {
    let marks = Set(marks)
    return marks.count == 1 && marks != [.unresolved] ? marks.first : nil
  }

  var marks: [Mark] { sightings.map { Mark($0.row) } }
}

extension Machines.Agreement: FieldValue {}
