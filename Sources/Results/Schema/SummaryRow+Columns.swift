extension SummaryRow: TableRow {
  static let columns = identity + firstAxes + figures + addedAxes

  private static let identity: [Column<SummaryRow>] = [
    Column(Self.schemaVersionColumn, \.schemaVersion),
    Column("run_id", \.runID),
    Column("timestamp", \.timestamp),
    Column("commit", \.commit),
    Column("machine_key", \.machineKey),
    Column("cell", \.cell),
  ]

  /// What makes rows of two runs the same measurement.
  static let axes = firstAxes + addedAxes

  private static let firstAxes: [Column<SummaryRow>] = [
    Column("operation", \.operation),
    Column("mode", \.mode),
    Column("encoding", \.encoding),
    Column("baseline", \.baseline),
    Column("order", \.order),
    Column("page_class", \.pageClass),
    Column("mix", \.mix),
    Column("predictability", \.predictability),
    Column("pattern", \.pattern),
    Column("footprint_bytes", \.footprintBytes),
    Column("huge_pages", \.hugePages),
    Column("hvo", \.hvo),
    Column("mapping", \.mapping),
    Column("cpu_node", \.cpuNode),
    Column("memory_node", \.memoryNode),
    Column("template_node", \.templateNode),
    Column("threads", \.threads),
  ]

  private static let addedAxes: [Column<SummaryRow>] = [
    .added("templates", \.templates),
    .added("peer_node", \.peerNode),
  ]

  private static let figures: [Column<SummaryRow>] = [
    Column("n", \.n),
    Column("ns_per_op", \.nsPerOp),
    Column("ns_min", \.nsMin),
    Column("ns_iqr", \.nsIQR),
    Column("ns_net", \.nsNet),
    Column("ratio", \.ratio),
    Column("ratio_lo", \.ratioLo),
    Column("ratio_hi", \.ratioHi),
    Column("margin", \.margin),
    Column("smallest_effect", \.smallestEffect),
    Column("verdict", \.verdict),
    Column("null_lo", \.nullLo),
    Column("null_hi", \.nullHi),
    Column("layouts_agree", \.layoutsAgree),
    Column("placement", \.placement),
    Column("checksum", \.checksum),
    Column("coverage", \.coverage),
    Column("p_value", \.pValue),
    Column("rounds", \.rounds),
    Column("processes", \.processes),
    Column("layouts", \.layouts),
    .added("cycles_per_op", \.cyclesPerOp),
    .added("instructions_per_op", \.instructionsPerOp),
    .added("branch_misses_per_op", \.branchMissesPerOp),
  ]

  static let schemaVersionColumn = "schema_version"

  static let blank = SummaryRow(
    runID: "",
    timestamp: Timestamp(secondsSinceEpoch: 0),
    machineKey: "",
    cell: 0,
    operation: "",
    mode: "",
    encoding: "",
    baseline: "",
    order: 0,
    pageClass: "",
    footprintBytes: 0,
    threads: 0,
    n: 0,
    nsPerOp: 0,
    nsMin: 0,
    nsIQR: 0,
    rounds: 0,
    processes: 0,
    layouts: 0
  )
}
