import TimedLoops
import Vmemmap

/// An encoding or form as the plan sees it.
struct Contender: Sendable {
  let name: String
  /// What it is, in a few words.
  let summary: String
  let role: ArmRole
  /// Which kernels have it; nil for none.
  var kernels: String?
  let hvoStates: Set<HVOState>
  let format: any TailFormat.Type
  var staticKey: (any StaticKey.Type)?
  /// Whether it is measured without being asked for.
  var isInDefaultPlan = true
  var registerThread: @Sendable () -> Void = {}
  var unregisterThread: @Sendable () -> Void = {}
  /// Takes a reference on a head; tells how many compare-and-swaps failed. Nil where the code takes none.
  var failedSwaps: (@Sendable (Page) -> Int)?
}

extension Contender {
  static func all(_ codes: [any KernelCode.Type]) -> [Contender] { codes.map { Contender($0) } }

  private init(_ code: any KernelCode.Type) {
    self.init(
      name: code.name, summary: code.summary, role: code.role, kernels: code.kernels,
      hvoStates: code.hvoStates,
      format: code.format, staticKey: code.staticKey,
      isInDefaultPlan: code.isInDefaultPlan, registerThread: { code.registerThread() },
      unregisterThread: { code.unregisterThread() },
      failedSwaps: (code as? any PageRefForm.Type).map { Contender.failedSwaps($0) })
  }

  private static func failedSwaps(_ form: any PageRefForm.Type) -> @Sendable (Page) -> Int {
    { form.failedSwaps(takingOn: $0) }
  }
}

extension Contender {
  /// Those of an operation's contenders whose loops there are in C, too (`Tests/CLoops`).
  static func inC(
    of operation: Operation, _ mode: Mode, _ contenders: [Contender]
  ) -> [Contender] {
    #if COMPARE_WITH_C
      contenders.map {
        Contender(
          name: "c_\($0.name)", summary: "\($0.name) in C", role: .control, hvoStates: $0.hvoStates,
          format: $0.format,
          staticKey: $0.staticKey, isInDefaultPlan: $0.isInDefaultPlan,
          registerThread: $0.registerThread, unregisterThread: $0.unregisterThread)
      }.filter {
        timedLoops[Arm(name: $0.name, role: .arm).symbol(operation, mode, layout: 0)] != nil
      }
    #else
      []
    #endif
  }
}
