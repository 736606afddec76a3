public import Host
import SystemPackage

/// The types of a kernel, from its BTF (BPF Type Format, version 1, little-endian).
///
/// Initialising checks that every record lies within the bytes; what types refer to is checked when
/// it is followed. Kernel documentation: `Documentation/bpf/btf.rst`.
public struct BTF: Sendable {
  let bytes: [UInt8]
  /// Where the names are.
  let strings: Range<Int>
  /// Where each type's record begins, by its number less one: type 0 is `void` and has none.
  let records: [Int]

  /// - Parameter bytes: a BTF as a whole, as `/sys/kernel/btf/vmlinux` has it.
  public init(_ bytes: [UInt8]) throws(BTFError) {
    self.bytes = bytes
    guard bytes.count >= Header.minimumLength else {
      throw .truncated(what: "the header", needed: Header.minimumLength, available: bytes.count)
    }
    let header = Header(bytes)
    guard header.magic == Header.magic else { throw .wrongMagic(header.magic) }
    guard header.version == 1 else { throw .unknownVersion(header.version) }
    let types = header.types
    strings = header.strings
    for (what, range) in [("the section of types", types), ("the section of names", strings)] {
      guard range.upperBound <= bytes.count else {
        throw .truncated(what: what, needed: range.upperBound, available: bytes.count)
      }
    }
    var records: [Int] = []
    var position = types.lowerBound
    while position < types.upperBound {
      let what = "type \(records.count + 1)"
      var end = position + Record.commonLength
      guard end <= types.upperBound else {
        throw .truncated(what: what, needed: end, available: types.upperBound)
      }
      let info = Record.Info(rawValue: bytes.word32(at: position + 4))
      guard let length = info.payloadLength else {
        throw .unknownKind(kind: info.kindNumber, typeID: records.count + 1)
      }
      end += length
      guard end <= types.upperBound else {
        throw .truncated(what: what, needed: end, available: types.upperBound)
      }
      records.append(position)
      position = end
    }
    self.records = records
  }

  /// The types of the running kernel: some 5 MB, read in some milliseconds.
  ///
  /// - Throws: ``KernelError/file(_:)`` for a kernel without
  ///   `CONFIG_DEBUG_INFO_BTF`, and ``KernelError/btf(path:_:)``.
  public static func ofKernel(_ tree: SystemTree) throws(KernelError) -> BTF {
    let bytes = try KernelError.reading { () throws(SystemTreeError) in
      try tree.bytes(path, remedy: "a kernel built with CONFIG_DEBUG_INFO_BTF shows its types")
    }
    do throws(BTFError) {
      return try BTF(bytes)
    } catch {
      throw .btf(path: tree.path(path), error)
    }
  }

  static let path: FilePath = "sys/kernel/btf/vmlinux"
}

/// `struct btf_header`, 24 bytes or more.
private struct Header {
  static let magic: UInt16 = 0xeb9f
  static let minimumLength = 24

  let magic: UInt16
  let version: UInt8
  let types: Range<Int>
  let strings: Range<Int>

  /// - Precondition: the bytes are ``minimumLength`` or more.
  init(_ bytes: [UInt8]) {
    func word(_ position: Int) -> Int { Int(bytes.word32(at: position)) }
    magic = UInt16(truncatingIfNeeded: bytes.word32(at: 0))
    version = bytes[2]
    // Offsets count from the header's end; four 32-bit numbers can't overflow a 64-bit one.
    let types = word(4) + word(8)
    let strings = word(4) + word(16)
    self.types = types..<types + word(12)
    self.strings = strings..<strings + word(20)
  }
}

extension [UInt8] {
  /// - Precondition: four bytes are there.
  func word32(at position: Int) -> UInt32 {
    UInt32(self[position]) | UInt32(self[position + 1]) << 8 | UInt32(self[position + 2]) << 16
      | UInt32(self[position + 3]) << 24
  }
}
