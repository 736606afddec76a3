import Glibc

/// Memory as the kernel sees it: copied by a system call, so that neither the model's accessors nor
/// the compiler's view of aliases have a part in it.
enum RawMemory {
  /// Runs of eight words.
  static func words(at address: UInt, count: Int) -> [SIMD8<UInt64>] {
    var words = [SIMD8<UInt64>](repeating: .zero, count: count)
    unsafe words.withUnsafeMutableBytes { unsafe copy(from: address, to: $0) }
    return words
  }

  static func integer<T: FixedWidthInteger>(at address: UInt, as _: T.Type) -> T {
    var value: T = 0
    unsafe withUnsafeMutableBytes(of: &value) { unsafe copy(from: address, to: $0) }
    return value
  }

  static func store<T: FixedWidthInteger>(_ value: T, at address: UInt) {
    unsafe UnsafeMutableRawPointer(bitPattern: address)!.storeBytes(of: value, as: T.self)
  }

  /// Lets read(2) store a zero byte; 0 or its errno.
  static func writeZero(at address: UInt) -> Int32 {
    let zeros = unsafe open("/dev/zero", O_RDONLY | O_CLOEXEC)
    defer { close(zeros) }
    let count = unsafe read(zeros, UnsafeMutableRawPointer(bitPattern: address), 1)
    return count == 1 ? 0 : errno
  }

  private static func copy(from address: UInt, to buffer: UnsafeMutableRawBufferPointer) {
    let memory = unsafe open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
    defer { close(memory) }
    let copied = unsafe pread(memory, buffer.baseAddress, buffer.count, Int(address))
    precondition(copied == buffer.count, "read \(copied) bytes, not \(buffer.count), at \(address)")
  }
}
