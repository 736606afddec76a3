import SystemPackage

/// What a linker wrote into an ELF file to tell it from all others (`ld --build-id`).
public enum BuildID {
  /// In hexadecimal digits; nil where the file has none, or can't be read as one of 64 bits.
  public static func read(_ path: FilePath) -> String? {
    guard
      let file = try? FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
    else { return nil }
    defer { try? file.close() }
    guard let header = file.bytes(at: 0, count: 64),
      header.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]),  // ELFCLASS64, ELFDATA2LSB
      header.number(at: 54, bytes: 2) == 56,  // of a program header
      let segments = file.bytes(
        at: header.number(at: 32, bytes: 8), count: header.number(at: 56, bytes: 2) * 56)
    else { return nil }
    for entry in stride(from: 0, to: segments.count, by: 56)
    where segments.number(at: entry, bytes: 4) == 4 {  // PT_NOTE
      let notes = file.bytes(
        at: segments.number(at: entry + 8, bytes: 8),
        count: segments.number(at: entry + 32, bytes: 8))
      if let id = notes.flatMap(find) { return id }
    }
    return nil
  }

  /// Each note is the lengths of its name and its contents, its type, and both, padded to 4 bytes.
  private static func find(in notes: [UInt8]) -> String? {
    var place = 0
    while place + 12 <= notes.count {
      let name = notes.number(at: place, bytes: 4)
      let contents = notes.number(at: place + 4, bytes: 4)
      let begin = place + 12 + (name + 3) & ~3
      guard begin + contents <= notes.count else { return nil }
      if notes.number(at: place + 8, bytes: 4) == 3,  // NT_GNU_BUILD_ID
        notes[(place + 12)...].starts(with: Array("GNU\0".utf8)), contents > 0
      {
        return notes[begin..<begin + contents].map {
          ($0 < 16 ? "0" : "") + String($0, radix: 16)
        }.joined()
      }
      place = begin + (contents + 3) & ~3
    }
    return nil
  }
}

extension FileDescriptor {
  /// Nil where there are not as many, or more than headers and notes have.
  fileprivate func bytes(at offset: Int, count: Int) -> [UInt8]? {
    guard (0...(1 << 20)).contains(count), offset >= 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    let read = try? unsafe bytes.withUnsafeMutableBytes {
      try unsafe self.read(fromAbsoluteOffset: Int64(offset), into: $0)
    }
    return read == count ? bytes : nil
  }
}

extension [UInt8] {
  /// Little-endian.
  fileprivate func number(at place: Int, bytes: Int) -> Int {
    (0..<bytes).reversed().reduce(0) { $0 << 8 | Int(self[place + $1]) }
  }
}
