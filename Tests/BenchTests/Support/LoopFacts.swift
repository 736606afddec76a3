import Foundation
import Testing

/// One line of what `bench codegen` prints.
struct LoopFacts {
  enum Column: String, CaseIterable {
    case bytes, instructions
    case conditionalJumps = "conditional_jumps"
    case conditionalJumpsOnBit0 = "conditional_jumps_on_bit0"
    case conditionalMoves = "conditional_moves"
    case conditionalMovesOnBit0 = "conditional_moves_on_bit0"
    case loads, stores, locked, calls
  }

  let symbol: String
  let operation: String
  let mode: String
  let arm: String
  /// By column, in the order of ``Column``.
  let counts: [Int]

  /// The symbol without role and layout.
  var loop: String { [operation, mode, arm].joined(separator: "__") }

  /// Whether it has one of the read sides of RCU that are more than a compiler barrier.
  var hasReadSide: Bool { arm.hasSuffix("_preempt") || arm.hasSuffix("_memb") }

  /// Whether the code that tests for fake heads is in it: with the key on, or to be jumped to.
  var testsFakeHeads: Bool { arm.hasPrefix("fakehead") && !arm.hasPrefix("fakehead_off") }

  var isMemdesc: Bool { arm.hasPrefix("memdesc") }

  /// Whether a conditional move stands where others have a branch.
  var choosesByMove: Bool { arm.hasSuffix("_cmov") }

  /// Whether taking a reference stores without a look at the count, unless there is a guard before it.
  var assumesCount: Bool { arm.contains("_assume1") }

  /// Whether a reference is taken by an addition, and frozen counts are told by a bit.
  var hasFrozenBit: Bool { arm.contains("_frozen") }

  /// How often the count is read to take a reference, by locked operations, too: with the key on with
  /// acquire, or by another guard; by a load; by a compare-and-swap, or by an addition and the
  /// compare-and-swap that sets a frozen count back.
  var countReads: Int {
    (testsFakeHeads || arm.hasSuffix("_guarded") ? 1 : 0) + (assumesCount ? 1 : 2)
  }

  /// Locked operations in the code that takes a reference.
  var lockedToTake: Int { hasFrozenBit ? 2 : 1 }

  /// In the code that drops it: with a frozen bit, who reaches 0 sets it.
  var lockedToPut: Int { hasFrozenBit ? 2 : 1 }

  /// Whether the head is found without asking whether the page is a tail.
  var isBranchless: Bool {
    arm == "mask" || arm.hasPrefix("mask_assume1") || arm.hasPrefix("mask_frozen") || isMemdesc
  }

  subscript(column: Column) -> Int { counts[Column.allCases.firstIndex(of: column)!] }

  /// Of all timed loops; reading them takes seconds, once.
  static func all() throws -> [LoopFacts] { try found.get() }

  private static let found = Result { try read() }

  private static func read() throws -> [LoopFacts] {
    let directory = try TemporaryDirectory()
    let ending = try Bench.run(["codegen"], in: directory.url)
    try #require(ending.status == 0, "\(ending.errors)")
    let lines = ending.output.split(separator: "\n").map { $0.split(separator: ",") }
    try #require(lines.first?.map(String.init) == ["symbol"] + Column.allCases.map(\.rawValue))
    return try lines.dropFirst().map { fields in
      let parts = fields[0].components(separatedBy: "__")
      try #require(parts.count == 5, "\(fields[0])")
      return LoopFacts(
        symbol: String(fields[0]), operation: parts[0], mode: parts[1], arm: parts[2],
        counts: try fields.dropFirst().map { try #require(Int($0)) })
    }
  }
}
