/// The static branches of a kernel, from `__jump_table`.
///
/// An entry has 16 bytes, each number relative to its own place: 4 for the branch, 4 for where it
/// leads when taken, 8 for the key, whose two low bits are flags (`struct jump_entry`, with
/// `CONFIG_HAVE_ARCH_JUMP_LABEL_RELATIVE`).
public struct JumpTable: Sendable {
  public struct Entry: Equatable, Sendable {
    /// Of the nop, or of the jump that it is patched to.
    public let code: UInt64
    public let target: UInt64
    public let key: UInt64
  }

  public static let bytesPerEntry = 16

  public let entries: [Entry]

  /// - Throws: ``KernelImageError/missingSymbol(path:_:)``,
  ///   ``KernelImageError/unmapped(path:what:address:)``, and what reading throws.
  public init(_ image: KernelImage) throws(KernelImageError) {
    let start = try image.address(of: "__start___jump_table")
    let stop = try image.address(of: "__stop___jump_table")
    guard stop >= start, stop - start < ImageBytes.limit else {
      throw .unmapped(path: image.path, what: "the jump table's end", address: stop)
    }
    self.init(
      try image.elf.read("the jump table", at: start, count: Int(stop - start)), at: start)
  }

  init(_ bytes: [UInt8], at start: UInt64) {
    entries = (0..<bytes.count / Self.bytesPerEntry).map { index in
      let place = index * Self.bytesPerEntry
      func address(_ field: Int, _ offset: Int64) -> UInt64 {
        start &+ UInt64(place + field) &+ UInt64(bitPattern: offset)
      }
      return Entry(
        code: address(0, Int64(bytes.number(at: place, Int32.self))),
        target: address(4, Int64(bytes.number(at: place + 4, Int32.self))),
        key: address(8, bytes.number(at: place + 8, Int64.self) & ~3))
    }
  }
}
