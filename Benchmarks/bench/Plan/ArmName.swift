/// The name of an arm that an operation has.
struct ArmName: ExplainedValue {
  let name: String

  /// Any name: which of several is wrong can be said later only.
  init(argument: String) { name = argument }

  /// In the order of operations, and in each of their arms.
  static let explained = Operation.kernel.flatMap(\.contenders).uniqued(by: \.name).map { arm in
    (value: arm.name, meaning: arm.summary + (arm.kernels.map { "; \($0)" } ?? ""))
  }
}
