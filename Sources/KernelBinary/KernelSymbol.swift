/// A name of the kernel and where it stands.
struct KernelSymbol: Equatable, Sendable {
  let name: String
  let address: UInt64
  /// Whether it names code: t, T, w or W of kallsyms.
  let isCode: Bool
}
