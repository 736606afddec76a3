/// A BTF made by hand: kinds and damage that a kernel's does not have.
struct BTFBuilder {
  private(set) var types: [UInt8] = []
  private(set) var strings: [UInt8] = [0]
  private var count = 0

  static let (int, pointer, array, structure, union) = (1, 2, 3, 4, 5)
  static let (enumeration, forward, typedef, volatile, const, restrict) = (6, 7, 8, 9, 10, 11)
  static let (function, prototype, float, typeTag, enumeration64) = (12, 13, 16, 18, 19)

  /// Adds a record.
  ///
  /// - Returns: the type's number.
  @discardableResult
  mutating func add(
    _ kind: Int, _ name: String = "", count members: Int = 0, flag: Bool = false, word: Int = 0,
    rest: [Int] = []
  ) -> Int {
    let info = kind << 24 | members | (flag ? 1 << 31 : 0)
    for value in [self.name(name), info, word] + rest { append(value) }
    count += 1
    return count
  }

  mutating func integer(_ name: String, bytes: Int) -> Int {
    add(Self.int, name, word: bytes, rest: [bytes * 8])
  }

  /// Members as name, type, offset in bits.
  @discardableResult
  mutating func structure(
    _ name: String, bytes: Int, flag: Bool = false, kind: Int = BTFBuilder.structure,
    _ members: (String, Int, Int)...
  ) -> Int {
    let rest = members.flatMap { [self.name($0.0), $0.1, $0.2] }
    return add(kind, name, count: members.count, flag: flag, word: bytes, rest: rest)
  }

  mutating func name(_ text: String) -> Int {
    guard !text.isEmpty else { return 0 }
    strings += Array(text.utf8) + [0]
    return strings.count - text.utf8.count - 1
  }

  private mutating func append(_ value: Int) { types += Self.word(value) }

  static func word(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  var bytes: [UInt8] { bytes(typeLength: types.count, stringLength: strings.count) }

  func bytes(
    magic: Int = 0xeb9f, version: Int = 1, typeLength: Int, stringLength: Int
  ) -> [UInt8] {
    let header = [magic | version << 16, 24, 0, typeLength, types.count, stringLength]
    return header.flatMap(Self.word) + types + strings
  }
}
