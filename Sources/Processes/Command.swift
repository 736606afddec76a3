import Glibc
public import SystemPackage

/// A program and what it is told: what a shell has on one line.
public struct Command: Equatable, Sendable {
  /// Looked for in `PATH` if it has no slash.
  public var program: FilePath
  /// Those after the program's name.
  public var arguments: [Argument]
  /// Variables set beside those of this process, or in their place.
  public var environment: [String: String]

  public init(
    _ program: FilePath, _ arguments: [Argument] = [], environment: [String: String] = [:]
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
  }

  /// One argument of a program: bytes without a zero, which need not be UTF-8.
  public struct Argument: Equatable, Sendable {
    public var bytes: [UInt8]

    public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
    public init(_ text: String) { bytes = Array(text.utf8) }
    public init(path: FilePath) {
      bytes = unsafe path.withCString {
        unsafe Array(UnsafeRawBufferPointer(start: $0, count: strlen($0)))
      }
    }
  }
}

extension Command.Argument: ExpressibleByStringInterpolation {
  public init(stringLiteral value: String) { self.init(value) }
}

extension Command: CustomStringConvertible {
  /// The longest that is said of a command: an argument may list a thousand things.
  private static let descriptionLimit = 200

  /// The program and its arguments with blanks between them, cut to a length that a message can hold.
  public var description: String {
    let words = [program.string] + arguments.map { String(decoding: $0.bytes, as: UTF8.self) }
    let line = words.joined(separator: " ")
    return line.count > Self.descriptionLimit
      ? line.prefix(Self.descriptionLimit) + "…" : line
  }
}
