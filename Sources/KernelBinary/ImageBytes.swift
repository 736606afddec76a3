import Host
import SystemPackage

/// The bytes of an image: a file that is read in parts, or what was unpacked from one.
struct ImageBytes: Sendable {
  /// The file that a person named.
  let path: FilePath
  private let unpacked: [UInt8]?
  /// Of the whole; `Int.max` for `/proc/kcore`, which says nothing useful.
  let count: Int

  /// More than a part of a kernel that distributions build: debug information is not read.
  static let limit = 128 << 20

  /// - Throws: ``KernelImageError/unreadable(path:errno:)``.
  init(path: FilePath, hasLength: Bool = true) throws(KernelImageError) {
    self.path = path
    unpacked = nil
    do throws(Errno) {
      // A FIFO is not waited for.
      count = try path.reading(options: .nonBlocking) { file throws(Errno) in
        hasLength ? try typed { Int(try file.seek(offset: 0, from: .end)) } : .max
      }
    } catch {
      throw .unreadable(path: path, errno: error)
    }
  }

  init(unpacked: [UInt8], from path: FilePath) {
    self.path = path
    self.unpacked = unpacked
    count = unpacked.count
  }

  /// All `length` bytes from `offset` on.
  ///
  /// - Parameter what: what they are, for the error.
  /// - Throws: ``KernelImageError/truncated(path:what:needed:available:)``,
  ///   ``KernelImageError/tooLarge(path:what:bytes:limit:)`` and
  ///   ``KernelImageError/unreadable(path:errno:)``.
  func read(_ what: String, at offset: Int, count length: Int) throws(KernelImageError) -> [UInt8] {
    guard length <= Self.limit else {
      throw .tooLarge(path: path, what: what, bytes: length, limit: Self.limit)
    }
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard offset >= 0, length >= 0, !overflow, end <= count else {
      throw .truncated(path: path, what: what, needed: overflow ? .max : end, available: count)
    }
    if let unpacked { return Array(unpacked[offset..<end]) }
    var bytes = [UInt8](repeating: 0, count: length)
    var filled = 0
    do throws(Errno) {
      try path.reading { file throws(Errno) in
        while filled < length {
          let part = try typed {
            try unsafe bytes.withUnsafeMutableBytes { buffer in
              try unsafe file.read(
                fromAbsoluteOffset: Int64(offset + filled),
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            }
          }
          guard part > 0 else { return }
          filled += part
        }
      }
    } catch {
      throw .unreadable(path: path, errno: error)
    }
    guard filled == length else {
      throw .truncated(path: path, what: what, needed: end, available: offset + filled)
    }
    return bytes
  }
}

extension [UInt8] {
  /// A little-endian number.
  /// - Precondition: its bytes are there.
  func number<Number: FixedWidthInteger>(at position: Int, _: Number.Type = Number.self) -> Number {
    var value: Number.Magnitude = 0
    for index in (0..<MemoryLayout<Number>.size).reversed() {
      value = value << 8 | Number.Magnitude(truncatingIfNeeded: self[position + index])
    }
    return Number(truncatingIfNeeded: value)
  }
}
