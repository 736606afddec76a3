import Measurement

extension SummaryRow {
  /// What was seen: the columns behind those that say of what.
  static let figures: [Column<SummaryRow>] = [
    Column(
      "iterations", \.iterations, in: .fromOne,
      "Operations in one timed block; the most where processes differ."),
    Column("rounds", \.rounds, in: .fromOne, "Rounds in which every arm was timed once."),
    Column(
      "processes", \.processes, in: .fromOne, "Processes that measured, each with new memory."),
    Column(
      "layouts", \.layouts, in: .fromOne, "Copies of the timed code, at addresses of their own."),
    Column(
      "ns_per_op", \.nsPerOp, in: .positive,
      "Time of one operation in nanoseconds, of several threads in the slowest one; median of the processes' "
        + "medians of their rounds, of which a faster process has more."),
    Column(
      "ns_min", \.nsMin, in: .positive, "The least of the rounds, in nanoseconds per operation."),
    Column(
      "ns_iqr", \.nsIQR, in: .notNegative,
      "Interquartile range of all rounds, in nanoseconds per operation."),
    Column(
      "ns_net", \.nsNet,
      "Median, as ns_per_op, of the rounds' differences to the loop without an operation, in nanoseconds per "
        + "operation; negative where that took longer."),
    Column(
      "cycles", \.cycles, in: .positive,
      "ns_per_op in cycles of the CPU, by a chain of additions that was timed in the same rounds."),
    Column(
      "ratio", \.ratio, in: .positive, "The arm's time over the baseline's: below 1 it is faster."),
    Column("ratio_lo", \.ratioLo, in: .positive, "Lower end of the interval of the ratio."),
    Column("ratio_hi", \.ratioHi, in: .positive, "Upper end of the interval of the ratio."),
    Column(
      "difference_ns", \.differenceNS,
      "The arm's time less the baseline's, in nanoseconds per operation."),
    Column(
      "difference_lo", \.differenceLo, "Lower end of the interval of difference_ns."),
    Column(
      "difference_hi", \.differenceHi, "Upper end of the interval of difference_ns."),
    Column(
      "difference_cycles", \.differenceCycles, "difference_ns in cycles of the CPU, as cycles is."),
    Column(
      "difference_cycles_lo", \.differenceCyclesLo,
      "Lower end of the interval of difference_cycles."),
    Column(
      "difference_cycles_hi", \.differenceCyclesHi,
      "Upper end of the interval of difference_cycles."),
    Column(
      "margin", \.margin, in: .notNegative,
      "Relative difference up to which two arms count as the same: 0.02 is 2 %."),
    Column(
      "smallest_effect", \.smallestEffect, in: .notNegative,
      "The smallest relative difference that the run could have told from none."),
    Column("verdict", \.verdict, "What the run says about the arm; empty where it may not."),
    Column(
      "p_value", \.pValue, in: .share, "How likely so large a difference is without one, at most."),
    Column("coverage", \.coverage, in: .share, "Coverage of the interval of the ratio, at least."),
    Column(
      "null_lo", \.nullLo, in: .positive,
      "Lower end of the interval of the ratio of the baseline's A/A twin."),
    Column("null_hi", \.nullHi, in: .positive, "Upper end of that interval."),
    Column(
      "layouts_agree", \.layoutsAgree,
      "Whether the copies of the code say the same: if not, the verdict depends on addresses."),
    Column(
      "placement", \.placement, in: .share, "Share of the pages that are on the wanted NUMA node."),
    Column(
      "touched_bytes", \.touchedBytes, in: .notNegative,
      "Cache lines of 64 bytes with a word that the operation reads or writes if it visits all pages of the "
        + "cell, in bytes; empty of calls on whole folios."),
    Column(
      "drift", \.drift,
      "Relative change of the arm's time from a process's first rounds to its last."),
    Column(
      "ties", \.ties, in: .share,
      "Share of rounds in which arm and baseline took equally many clock ticks."),
    Column(
      "checksum", \.checksum,
      "Folded answers of the cell, on the baseline's map: what each arm's answers, led back to it, were "
        + "checked against, so that all have the same. Text, not a number."),
    Column(
      "counted_cycles", \.countedCycles, in: .notNegative,
      "Cycles per operation by hardware counters, in user space; median."),
    Column(
      "counted_instructions", \.countedInstructions, in: .notNegative,
      "Instructions per operation by hardware counters, in user space; median."),
    Column(
      "counted_branch_misses", \.countedBranchMisses, in: .notNegative,
      "Mispredicted branches per operation by hardware counters, in user space; median."),
  ]
}
