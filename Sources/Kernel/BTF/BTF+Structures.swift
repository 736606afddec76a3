extension BTF {
  /// A structure as a program sees it.
  public struct Structure: Equatable, Sendable {
    /// In bytes.
    public let size: Int
    /// In the order of the declaration; those of anonymous structures and unions in their place.
    public let members: [Member]
  }

  /// A named member of a structure.
  public struct Member: Equatable, Sendable {
    public let name: String
    /// From the start of the outermost structure, in bits.
    public let bitOffset: Int
    public let bitSize: Int
    let typeID: Int

    /// In bytes; for a bit field that of the byte it begins in.
    public var offset: Int { bitOffset / 8 }
    /// In bytes; for a bit field those that it touches.
    public var size: Int { (bitOffset % 8 + bitSize + 7) / 8 }
  }

  /// - Throws: ``BTFError/noSuchType(_:)``, and what is found to be damaged on the way.
  public func structure(named name: String) throws(BTFError) -> Structure {
    guard let (id, record) = try record(named: name, .structure) else {
      throw .noSuchType("struct \(name)")
    }
    return Structure(
      size: record.sizeOrType, members: try members(of: id, record, at: 0))
  }

  /// A member of a member, by its path: "lru.prev".
  ///
  /// - Returns: the member under its path, or nil where the structure has none of that name.
  public func member(_ path: String, of structure: Structure) throws(BTFError) -> Member? {
    let names = path.split(separator: ".").map(String.init)
    var members = structure.members
    var found: Member?
    for (depth, name) in names.enumerated() {
      guard let next = members.first(where: { $0.name == name }) else { return nil }
      found = Member(
        name: path, bitOffset: next.bitOffset, bitSize: next.bitSize, typeID: next.typeID)
      guard depth < names.count - 1 else { break }
      let (id, record) = try unqualified(next.typeID)
      guard let kind = record?.info.kind, kind == .structure || kind == .union, let record else {
        return nil
      }
      members = try self.members(of: id, record, at: next.bitOffset)
    }
    return found
  }

  /// The values of an enumeration, by name.
  ///
  /// - Throws: ``BTFError/noSuchType(_:)``, and what is found to be damaged on the way.
  public func enumerators(of name: String) throws(BTFError) -> [String: Int] {
    guard let (_, record) = try record(named: name, .enumeration, .enumeration64) else {
      throw .noSuchType("enum \(name)")
    }
    let isWide = record.info.kind == .enumeration64
    var values: [String: Int] = [:]
    for index in 0..<record.info.count {
      let position = record.payload + index * (isWide ? 12 : 8)
      let low = bytes.word32(at: position + 4)
      let value =
        if isWide {
          Int(truncatingIfNeeded: UInt64(bytes.word32(at: position + 8)) << 32 | UInt64(low))
        } else {
          record.info.flag ? Int(Int32(bitPattern: low)) : Int(low)
        }
      values[try self.name(at: Int(bytes.word32(at: position)))] = value
    }
    return values
  }
}

// MARK: - Following types

extension BTF {
  /// More levels than a kernel has: what goes deeper contains itself.
  private static let maximumDepth = 64
  /// More members than a structure of a kernel has, those of anonymous ones counted.
  private static let maximumMembers = 1 << 16
  /// More bytes than a structure of a kernel has.
  private static let maximumSize = 1 << 40

  private func members(
    of id: Int, _ record: Record, at base: Int
  ) throws(BTFError) -> [Member] {
    var members: [Member] = []
    var visited = 0
    try collect(&members, of: id, record, at: base, depth: 0, &visited)
    return members
  }

  private func collect(
    _ members: inout [Member], of id: Int, _ record: Record, at base: Int, depth: Int,
    _ visited: inout Int
  ) throws(BTFError) {
    guard depth < BTF.maximumDepth else { throw .endless(id: id) }
    for index in 0..<record.info.count {
      visited += 1
      guard visited <= BTF.maximumMembers else { throw .endless(id: id) }
      let position = record.payload + index * 12
      let name = try name(at: Int(bytes.word32(at: position)))
      let typeID = Int(bytes.word32(at: position + 4))
      let word = bytes.word32(at: position + 8)
      let bitOffset = base + Int(record.info.flag ? word & 0xff_ffff : word)
      let (innerID, inner) = try unqualified(typeID)
      if name.isEmpty, let inner, inner.info.kind == .structure || inner.info.kind == .union {
        try collect(&members, of: innerID, inner, at: bitOffset, depth: depth + 1, &visited)
        continue
      }
      let bitFieldSize = record.info.flag ? Int(word >> 24) : 0
      members.append(
        Member(
          name: name, bitOffset: bitOffset,
          bitSize: bitFieldSize > 0 ? bitFieldSize : try size(of: typeID) * 8, typeID: typeID))
    }
  }

  /// The size of a type in bytes.
  private func size(of id: Int) throws(BTFError) -> Int {
    var id = id
    var size = 1
    for _ in 0..<BTF.maximumDepth {
      let (innerID, record) = try unqualified(id)
      guard let record else { throw .unsized(id: innerID) }
      let factor: Int
      switch record.info.kind {
      case .integer, .structure, .union, .enumeration, .enumeration64, .float:
        factor = record.sizeOrType
      case .pointer:
        // Of a 64-bit kernel; BTF does not say.
        factor = 8
      case .array:
        id = Int(bytes.word32(at: record.payload))
        factor = Int(bytes.word32(at: record.payload + 8))
      default:
        throw .unsized(id: innerID)
      }
      let (product, overflows) = size.multipliedReportingOverflow(by: factor)
      guard !overflows, product <= BTF.maximumSize else { throw .endless(id: innerID) }
      size = product
      if record.info.kind != .array { return size }
    }
    throw .endless(id: id)
  }

  /// The type without typedefs and qualifiers; a nil record for `void`.
  private func unqualified(_ id: Int) throws(BTFError) -> (id: Int, record: Record?) {
    var id = id
    for _ in 0..<BTF.maximumDepth {
      guard let record = try record(id) else { return (id, nil) }
      switch record.info.kind {
      case .typedef, .const, .volatile, .restrict, .typeTag: id = record.sizeOrType
      default: return (id, record)
      }
    }
    throw .endless(id: id)
  }
}
