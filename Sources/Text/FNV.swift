extension Sequence<UInt8> {
  /// 64-bit FNV-1a: the same in every process, which `Hasher` is not.
  public var fnv1a: UInt64 {
    let (offsetBasis, prime): (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0x100_0000_01b3)
    return reduce(offsetBasis) { ($0 ^ UInt64($1)) &* prime }
  }
}
