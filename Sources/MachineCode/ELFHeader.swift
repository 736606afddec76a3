import SystemPackage

extension Disassembly {
  /// Refuses what has no unique addresses or other instructions: objects, archives, foreign machines.
  static func requireLinkedX86(_ path: String) throws(MachineCodeError) {
    var header = [UInt8](repeating: 0, count: 20)
    let count: Int
    do {
      // A FIFO is not waited for.
      let file = try FileDescriptor.open(
        FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
      count = try file.closeAfter {
        try unsafe header.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
      }
    } catch {
      throw .unreadable(path)
    }
    guard
      count == header.count,
      header.starts(with: [0x7f, 0x45, 0x4c, 0x46]),  // "\u{7f}ELF"
      header[4] == 2,  // EI_CLASS: ELFCLASS64
      header[5] == 1,  // EI_DATA: ELFDATA2LSB
      header[16] == 2 || header[16] == 3,  // e_type: ET_EXEC, ET_DYN
      header[18] == 62, header[19] == 0  // e_machine: EM_X86_64
    else { throw .notLinkedX86(path) }
  }
}
