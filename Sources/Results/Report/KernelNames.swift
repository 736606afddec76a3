extension SummaryTable.Pair {
  /// What old and new are called beside each other: by the kernels next to the change, "7.0" and "7.1",
  /// where those are known and differ, else by their arms.
  var names: (old: String, new: String) {
    let old = self.old?.version ?? new.baseline
    let new = new.version ?? new.arm
    return old == new ? (self.new.baseline, self.new.arm) : (old, new)
  }
}

extension SummaryRow {
  /// The last release with old code, the first with other code; nil where none is named.
  fileprivate var version: String? {
    let versions = (kernels ?? "").matches(of: /[0-9]+\.[0-9]+/).map { String($0.output) }
    return role == .old ? versions.last : versions.first
  }
}
