import Glibc

/// The running kernel's memory by its own addresses: `/proc/kcore`, an ELF core file, and symbols from
/// `/proc/kallsyms`. Both are for root only.
final class KernelMemory {
  /// A range of kernel addresses that the file has.
  private struct Segment {
    let address: UInt
    let length: UInt
    let offset: UInt
    /// Of the direct map; all ones for what is not physical memory one to one.
    let physicalAddress: UInt

    func offset(of other: UInt, length needed: Int, from start: UInt) -> Int? {
      guard other >= start && other - start < length && length - (other - start) >= UInt(needed)
      else { return nil }
      return Int(offset + (other - start))
    }
  }

  private let file: Int32
  private let segments: [Segment]

  init() throws(ComparisonError) {
    file = unsafe open("/proc/kcore", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable("/proc/kcore", errno: errno) }
    // Elf64_Ehdr: e_phoff at 32, e_phnum at 56. Elf64_Phdr, 56 bytes: p_type, p_offset at 8, p_vaddr
    // at 16, p_paddr at 24, p_filesz at 32.
    let header = try KernelMemory.words(file, offset: 0, count: 8)
    let table = Int(header[4])
    let count = Int(header[7] & 0xffff)
    let words = try KernelMemory.words(file, offset: table, count: count * 7)
    let isLoaded: UInt32 = 1  // PT_LOAD
    segments = stride(from: 0, to: words.count, by: 7).compactMap { entry in
      guard UInt32(truncatingIfNeeded: words[entry]) == isLoaded else { return nil }
      return Segment(
        address: UInt(words[entry + 2]), length: UInt(words[entry + 4]),
        offset: UInt(words[entry + 1]), physicalAddress: UInt(words[entry + 3]))
    }
  }

  deinit { close(file) }

  /// Words at a kernel address.
  func words(at address: UInt, count: Int) throws(ComparisonError) -> [UInt64] {
    for segment in segments {
      if let offset = segment.offset(of: address, length: count * 8, from: segment.address) {
        return try KernelMemory.words(file, offset: offset, count: count)
      }
    }
    throw .notInCore(address: address)
  }

  func word(at address: UInt) throws(ComparisonError) -> UInt64 {
    try words(at: address, count: 1)[0]
  }

  /// Words at a physical address, through the kernel's direct map. What is not memory of the system,
  /// device memory, is not in there: it is read from `/dev/mem`.
  func words(atPhysical address: UInt, count: Int) throws(ComparisonError) -> [UInt64] {
    for segment in segments where segment.physicalAddress != UInt.max {
      if let offset = segment.offset(of: address, length: count * 8, from: segment.physicalAddress)
      {
        return try KernelMemory.words(file, offset: offset, count: count)
      }
    }
    let memory = unsafe open("/dev/mem", O_RDONLY | O_CLOEXEC)
    guard memory >= 0 else { throw .unreadable("/dev/mem", errno: errno) }
    defer { close(memory) }
    return try KernelMemory.words(memory, offset: Int(address), count: count, of: "/dev/mem")
  }

  func word(atPhysical address: UInt) throws(ComparisonError) -> UInt64 {
    try words(atPhysical: address, count: 1)[0]
  }

  private static func words(
    _ file: Int32, offset: Int, count: Int, of name: String = "/proc/kcore"
  ) throws(ComparisonError) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: count)
    let read = unsafe words.withUnsafeMutableBytes {
      unsafe pread(file, $0.baseAddress, $0.count, offset)
    }
    guard read == count * 8 else {
      throw .unreadable("\(name) at \(offset)", errno: read < 0 ? errno : EIO)
    }
    return words
  }
}

extension KernelMemory {
  /// The address of a kernel symbol.
  static func address(of symbol: String) throws(ComparisonError) -> UInt {
    guard let file = unsafe fopen("/proc/kallsyms", "re") else {
      throw .unreadable("/proc/kallsyms", errno: errno)
    }
    defer { unsafe fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    defer { unsafe free(line) }
    var capacity = 0
    while unsafe getline(&line, &capacity, file) > 0, let text = unsafe line {
      // Most of some hundred thousand lines are not worth a string.
      guard unsafe strstr(text, " \(symbol)\n") != nil else { continue }
      let address = unsafe strtoul(text, nil, 16)
      // Zeros are shown to those who may not see addresses.
      if address != 0 { return address }
    }
    throw .noSymbol(symbol)
  }
}
