/// One type as it stands in the file: `struct btf_type` and what follows it.
struct Record {
  /// Of `struct btf_type`, which every record begins with.
  static let commonLength = 12

  let info: Info
  let nameOffset: Int
  /// The size in bytes, or the type that is referred to.
  let sizeOrType: Int
  /// Where what follows the common part begins.
  let payload: Int

  /// The word that says the kind, and how many members there are.
  struct Info: RawRepresentable {
    let rawValue: UInt32

    var kindNumber: Int { Int(rawValue >> 24 & 0x1f) }
    var kind: Kind? { Kind(rawValue: kindNumber) }
    /// The number of members, enumerators, parameters, ...
    var count: Int { Int(rawValue & 0xffff) }
    /// Members may be bit fields; enumerators are signed.
    var flag: Bool { rawValue >> 31 != 0 }

    /// The bytes that follow the common part; nil where the kind is not known.
    var payloadLength: Int? {
      switch kind {
      case .integer, .variable, .declarationTag: 4
      case .array: 12
      case .structure, .union, .dataSection, .enumeration64: 12 * count
      case .enumeration, .prototype: 8 * count
      case .pointer, .forward, .typedef, .volatile, .const, .restrict, .function, .float, .typeTag:
        0
      case nil: nil
      }
    }
  }

  /// `BTF_KIND_*`.
  enum Kind: Int {
    case integer = 1
    case pointer, array, structure, union, enumeration, forward, typedef, volatile, const, restrict
    case function, prototype, variable, dataSection, float, declarationTag, typeTag, enumeration64
  }
}

extension BTF {
  /// The types by number, 0 to this less one.
  var typeCount: Int { records.count + 1 }

  /// - Returns: nil for type 0, which is `void`.
  func record(_ id: Int) throws(BTFError) -> Record? {
    guard id > 0 else { return nil }
    guard id < typeCount else { throw .typeOutOfRange(id: id, count: typeCount) }
    let position = records[id - 1]
    return Record(
      info: Record.Info(rawValue: bytes.word32(at: position + 4)),
      nameOffset: Int(bytes.word32(at: position)),
      sizeOrType: Int(bytes.word32(at: position + 8)),
      payload: position + Record.commonLength)
  }

  /// The name at an offset into the names; empty for what has none.
  func name(at offset: Int) throws(BTFError) -> String {
    let start = strings.lowerBound + offset
    guard offset < strings.count, let end = bytes[start..<strings.upperBound].firstIndex(of: 0)
    else { throw .stringOutOfRange(offset: offset, length: strings.count) }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The first type of these kinds and this name.
  func record(named name: String, _ kinds: Record.Kind...) throws(BTFError) -> (Int, Record)? {
    for id in 1..<typeCount {
      guard let record = try record(id), let kind = record.info.kind, kinds.contains(kind),
        try self.name(at: record.nameOffset) == name
      else { continue }
      return (id, record)
    }
    return nil
  }
}
