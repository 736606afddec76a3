import Glibc
package import SystemPackage

/// swift-system declares plain `throws` and throws nothing but `Errno`.
package func typed<Result>(_ call: () throws -> Result) throws(Errno) -> Result {
  do {
    return try call()
  } catch {
    throw error as? Errno ?? .ioError
  }
}

extension FilePath {
  /// Calls `body` with the file open for reading, and closes it.
  package func reading<Result>(
    options: FileDescriptor.OpenOptions = [],
    _ body: (FileDescriptor) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    let file = try typed {
      try FileDescriptor.open(self, .readOnly, options: options.union(.closeOnExec))
    }
    // An error of closing what was only read says nothing.
    defer { try? file.close() }
    return try body(file)
  }
}

extension FileDescriptor {
  /// The bytes from here to the end, however large the file says that it is.
  package func readToEnd() throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    while case let part = try readPart(), !part.isEmpty { bytes += part }
    return bytes
  }

  /// Some bytes from here on, 256 KiB at most; none at the end.
  package func readPart() throws(Errno) -> [UInt8] {
    try typed {
      try unsafe [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, count in
        count = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer))
      }
    }
  }
}
