/// What is wrong with a BTF, or not in it.
public enum BTFError: Error, Equatable {
  /// The bytes end before what the header or a type says is there.
  case truncated(what: String, needed: Int, available: Int)
  /// The first two bytes are not those of a little-endian BTF.
  case wrongMagic(UInt16)
  case unknownVersion(UInt8)
  /// The length of a kind that is not known is not known either: nothing after it can be read.
  case unknownKind(kind: Int, typeID: Int)
  case typeOutOfRange(id: Int, count: Int)
  case stringOutOfRange(offset: Int, length: Int)
  /// A type that has no size, where one with a size must stand.
  case unsized(id: Int)
  /// Types refer to each other without end, or are larger than any memory.
  case endless(id: Int)
  case noSuchType(String)
}

extension BTFError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let what, let needed, let available):
      "cut short: \(what) needs \(needed) bytes, \(available) are there"
    case .wrongMagic(let magic):
      "not a little-endian BTF: it begins with 0x\(String(magic, radix: 16)) instead of 0xeb9f"
    case .unknownVersion(let version):
      "BTF of version \(version); only version 1 is known"
    case .unknownKind(let kind, let id):
      "type \(id) is of the unknown kind \(kind); this BTF is newer than this program, or damaged"
    case .typeOutOfRange(let id, let count):
      "damaged: type \(id) is referred to, but there are only types 0 to \(count - 1)"
    case .stringOutOfRange(let offset, let length):
      "damaged: no name ends at or after byte \(offset) of the \(length) bytes of names"
    case .unsized(let id):
      "damaged: type \(id) has no size, but a field is of that type"
    case .endless(let id):
      "damaged: type \(id) contains itself, or more than memory holds"
    case .noSuchType(let name):
      "has no \(name)"
    }
  }
}
