extension Sequence<UInt8> {
  /// 64-bit FNV-1a: the same in every process, which `Hasher` is not.
  @inlinable
  public var fnv1a: UInt64 { fnv1a(after: 0xcbf2_9ce4_8422_2325) }

  /// The same of a text that comes in parts, after the hash of what came before.
  @inlinable
  public func fnv1a(after hash: UInt64) -> UInt64 {
    reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
