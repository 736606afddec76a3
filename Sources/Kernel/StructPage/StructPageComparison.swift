/// A model's `struct page` beside the running kernel's, field by field.
public struct StructPageComparison: Sendable {
  /// A field of the model.
  public struct ModelField: Sendable {
    /// The kernel's name for it, first, and those that other kernels have, or that share its word;
    /// a path, like "lru.prev", where the kernel has it in a structure of its own.
    public let names: [String]
    /// In bytes.
    public let offset: Int
    /// In bytes.
    public let size: Int

    public init(names: [String], offset: Int, size: Int) {
      self.names = names
      self.offset = offset
      self.size = size
    }
  }

  public struct Row: Sendable {
    public let field: ModelField
    /// What the kernel has by the first of the field's names that it knows; nil if it knows none.
    public let found: BTF.Member?
    public let verdict: Verdict
  }

  public enum Verdict: String, Sendable {
    case same
    case differs = "DIFFERS"
    case missing = "MISSING"
  }

  /// In the order of the model's fields.
  public let rows: [Row]
  /// What the kernel has besides in the words of the model, in the order of offsets.
  public let overlays: [BTF.Member]
  /// What the kernel has beyond the model's last byte.
  public let beyond: [BTF.Member]

  /// - Parameter size: of the model's struct page, in bytes.
  init(
    _ fields: [ModelField], size: Int, kernel: KernelStructPage
  ) throws(BTFError) {
    var rows: [Row] = []
    for field in fields {
      var found: BTF.Member?
      for name in field.names where found == nil {
        found = try kernel.btf.member(name, of: kernel.structure)
      }
      let verdict: Verdict =
        found.map {
          $0.bitOffset == field.offset * 8 && $0.bitSize == field.size * 8 ? .same : .differs
        } ?? .missing
      rows.append(Row(field: field, found: found, verdict: verdict))
    }
    self.rows = rows
    // What is known by a path is known: "lru" by "lru.prev".
    let known = Set(fields.flatMap(\.names).flatMap { [$0, String($0.prefix { $0 != "." })] })
    let surplus = kernel.structure.members.filter { !known.contains($0.name) }
      .sorted { $0.bitOffset < $1.bitOffset }
    overlays = surplus.filter { $0.offset < size }
    beyond = surplus.filter { $0.offset >= size }
  }
}

extension KernelStructPage {
  /// - Parameter size: of the model's struct page, in bytes.
  /// - Throws: ``KernelError/btf(path:_:)`` where the kernel's types are damaged.
  public func compared(
    with fields: [StructPageComparison.ModelField], size: Int
  ) throws(KernelError) -> StructPageComparison {
    do throws(BTFError) {
      return try StructPageComparison(fields, size: size, kernel: self)
    } catch {
      throw .btf(path: path, error)
    }
  }
}
