import MachineCode
import Results
import Text

/// Our own loops beside a kernel's code: what they have in a turn of 8 operations.
enum LoopCode {
  /// The old kernel's arm, and the new one's.
  private static let arms = ["fakehead", "mask"]

  static func lines() throws -> [(name: String, text: String)] {
    let loops = LoopSymbol.all.filter {
      arms.contains($0.arm) && $0.isFirstCopy && $0.task == "compound_head throughput"
    }
    return try CodegenRow.rows(of: loops).map { row in
      let counts = [
        row.loads.counted("load"), row.conditionalJumps.counted("conditional jump"),
        "\(row.bytes) bytes",
      ]
      let difference = row.arm == "mask" ? maskDifference : keyDifference
      return (
        "our \(row.arm)", "in 8 operations \(counts.joined(separator: ", ")); \(difference)"
      )
    }
  }

  private static let keyDifference =
    "as the kernel's: the word's load, a jump on bit 0, the key's nop, and behind it jumps on "
    + "alignment, PG_head, page[1]; its nop is always of 5 bytes"

  private static let maskDifference =
    "as the kernel's: one load, then mov, and, dec (GCC: sub), or, and; no jump of its own"
}
