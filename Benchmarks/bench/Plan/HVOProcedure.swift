import Results
import Vmemmap

/// How a kernel optimises and restores folios: an arm of the operations that do so.
struct HVOProcedure {
  let name: String
  /// What it is, in a few words.
  let summary: String
  let format: any TailFormat.Type
  /// The flavour of RCU of which a grace period goes by, one for each batch; nil where none does.
  var rcu: (any RCUReadSide.Type)?
  /// What finds heads whether or not a folio is optimised.
  let encoding: any CompoundEncoding.Type
  /// Which side it takes, and which kernels have it.
  let role: ArmRole
  let kernels: String?

  static let all: [HVOProcedure] = {
    typealias FakeHeads = FakeHeadEncoding<OptimizeVmemmapKey>
    let old = HVOProcedure(
      name: FakeHeads.name, summary: FakeHeads.summary, format: HeadPointerFormat.self,
      encoding: FakeHeadEncoding<KeyOn>.self, role: .old, kernels: FakeHeads.kernels)
    var all = [old]
    #if HAVE_URCU
      all.append(
        HVOProcedure(
          name: "\(old.name)_rcu", summary: "\(old.name), and a grace period of liburcu's",
          format: old.format, rcu: MembarrierRCU.self,
          encoding: old.encoding, role: .control, kernels: nil))
    #endif
    all.append(
      HVOProcedure(
        name: MaskEncoding.name, summary: MaskEncoding.summary, format: HeadMaskFormat.self,
        encoding: MaskEncoding.self,
        role: MaskEncoding.role, kernels: MaskEncoding.kernels))
    return all
  }()

  /// In the loops' terms. Its thread is registered as a reader, as every CPU of a kernel is: a grace
  /// period without any would be no work.
  var contender: Contender {
    Contender(
      name: name, summary: summary, role: role, kernels: kernels, hvoStates: [.on], format: format,
      registerThread: { [rcu] in rcu?.registerThread() },
      unregisterThread: { [rcu] in rcu?.unregisterThread() })
  }

  /// What has to be known of the rows' times; nothing where none is of these operations.
  static func caveats(of rows: [SummaryRow]) -> [String] {
    rows.contains { Operation(rawValue: $0.operation)?.changesHVO == true } ? [caveat] : []
  }

  private static let caveat = """
    hvo_optimize, hvo_restore: user-space costs of mmap(), per folio; the kernel sets page table \
    entries and sends IPIs instead, and waits for all CPUs where _rcu waits for one idle reader
    """
}
