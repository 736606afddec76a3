import Vmemmap

extension SummaryRow: TableRow {
  static let columns = identity + cellAndArm + figures

  static let key = ["cell", "arm"]

  private static let identity: [Column<SummaryRow>] = [
    Column(
      Self.schemaVersionColumn, \.schemaVersion, in: .fromOne, "Version of these columns."),
    Column("run_id", \.runID, "The run directory's name."),
    Column("timestamp", \.timestamp, "When the run began, in UTC."),
    Column(
      "commit", \.commit,
      "The commit that was checked out where the program lies when it measured, after a g as git "
        + "describe has it: that of the program if it was built then. Empty without git."),
    Column(
      "machine_key", \.machineKey,
      "Short name and hash of what must agree for two runs to be compared."),
    Column("label", \.label, "What the run was called with --label."),
    Column("cpu", \.cpu, "The CPU's name, with family/model and core where they are known."),
    Column("kernel", \.kernel, "The release of the kernel that ran."),
    Column("cell", \.cell, in: .notNegative, "The cell's number in this run; joins samples.csv."),
  ]

  /// What makes rows of two runs the same measurement: neither what an arm is called beside its name,
  /// nor what follows from the machine.
  static let axes = cellAndArm.filter { !["role", "kernels", "level"].contains($0.name) }

  /// What is known of a row before it is measured.
  static let plannedColumns = columns.filter { $0.name == "cell" } + cellAndArm

  /// Of what a row is.
  static let cellAndArm: [Column<SummaryRow>] = [
    Column("operation", \.operation, "The kernel's function that is timed."),
    Column(
      "mode", \.mode,
      "How it is called: independently (throughput), each call waiting for the one before (latency), "
        + "or with what a caller does then."),
    Column(
      "chain", \.chain,
      "What a call waits for in a chain: the value of the answer before it (data), or a branch on it "
        + "(control); empty where calls don't wait."),
    Column("arm", \.arm, "The encoding, form or procedure that this row is about."),
    Column(
      "role", \.role,
      "Which side the arm takes: kernels before the change, with it, none (it checks others), or "
        + "kernels that may be."),
    Column("kernels", \.kernels, "Which kernels have the arm; empty for none."),
    Column(
      "baseline", \.baseline,
      "The arm that this one is compared with; the same as arm in the baseline's own row."),
    Column("order", \.order, in: .from(0, to: 63), "The folios' order: each has 2^order pages."),
    Column(
      "population", \.population, isLater: true,
      "Shares of memory by the folios' size, to the nearest folio, where they are of several; order is the "
        + "largest's then. Runs of earlier commits lack the column."),
    Column("page_class", \.pageClass, "Which pages are visited: heads, tails, a mix, ..."),
    Column(
      "mix", \.mix, in: .from(0, to: 100),
      "Tails in the page class, in percent. Says nothing of pages of a population, nor of those that a call "
        + "on many goes on to from one of the class; it is 0 of a population."),
    Column(
      "predictability", \.predictability,
      "Whether the order of heads and tails of a mix can be predicted; uniform where the page class is none."
    ),
    Column("pattern", \.pattern, "In which order pages are visited."),
    Column(
      "footprint_bytes", \.footprintBytes, in: .notNegative,
      "Size of the struct pages of all folios at 64 bytes each, in bytes, whatever the arm's size of them."
    ),
    Column(
      "huge_pages", \.hugePages, in: .notNegative,
      "Folios; of a population, how many of its largest order the memory would make."),
    Column(
      "level", \.level,
      "The nearest cache that holds what the operation touches on this machine. Empty where the last one "
        + "holds a part, and of calls on whole folios."),
    Column(
      "hvo", \.hvo,
      "Which folios HVO has optimised: none (off, the static key is off), others (elsewhere), or "
        + "those that are visited (on)."),
    Column(
      "mapping", \.mapping,
      "Size of the mappings under the arm's struct pages, as granted: 4k where they are optimised, mixed "
        + "where processes differ."),
    Column("cpu_node", \.cpuNode, in: .notNegative, "NUMA node of the measuring CPU."),
    Column("memory_node", \.memoryNode, in: .notNegative, "NUMA node of the struct pages."),
    Column("template_node", \.templateNode, in: .notNegative, "NUMA node of the shared tails."),
    Column(
      "templates", \.templates,
      "Where the shared tails are, seen from the struct pages; empty for on the same node."),
    Column(
      "peer_node", \.peerNode, in: .notNegative,
      "NUMA node of every other thread, if not cpu_node."),
    Column("threads", \.threads, in: .fromOne, "Threads that do the operation at once."),
    Column(
      "readers", \.readers, in: .fromOne, isLater: true,
      "How many of them do nothing but read the count; empty for none. Runs of earlier commits lack the "
        + "column."),
  ]

  static let schemaVersionColumn = "schema_version"

  static let blank = SummaryRow(
    runID: "", timestamp: Timestamp(secondsSinceEpoch: 0), machineKey: "", cpu: "", cell: 0,
    operation: "", mode: "", arm: "", role: .control, baseline: "", order: 0, pageClass: "",
    footprintBytes: 0, threads: 0, iterations: 0, rounds: 0, processes: 0, layouts: 0, nsPerOp: 0,
    nsMin: 0, nsIQR: 0)
}
