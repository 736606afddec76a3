import Glibc
public import SystemPackage

/// What may differ without being held against a change: globs over ``SummaryRow/stableName`` and
/// ``CodegenRow/stableName``.
///
/// A file has a line for each, `GLOB REASON`; lines that begin with # and empty ones say nothing.
public struct Exceptions: Equatable, Sendable {
  /// One line of the file.
  public struct Exception: Equatable, Sendable {
    public let glob: String
    public let reason: String

    public init(glob: String, reason: String) {
      self.glob = glob
      self.reason = reason
    }

    /// Whether a name is meant; `*` stands for anything, points and slashes, too. The C function is
    /// `fnmatch`.
    func matches(_ name: String) -> Bool { unsafe fnmatch(glob, name, 0) == 0 }
  }

  public let all: [Exception]

  public init(_ all: [Exception] = []) { self.all = all }

  /// - Throws: `badExceptions` for a glob without a reason.
  public init(_ text: String, path: FilePath) throws(ResultsError) {
    var all: [Exception] = []
    // Scalars, not characters: "\r\n" is one character and no line feed, and an accent joins a blank.
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in zip(1..., lines) {
      let words = line.split(whereSeparator: \.properties.isWhitespace)
      guard let glob = words.first, glob.first != "#" else { continue }
      guard words.count > 1, let last = words.last else {
        throw .badExceptions(path: path, line: number, why: "there is no reason")
      }
      let reason = line[words[1].startIndex..<last.endIndex]
      all.append(Exception(glob: String(glob), reason: String(reason)))
    }
    self.all = all
  }

  /// - Throws: `noSuchExceptions`, `cannotRead`, `tooLarge`, `badExceptions`.
  public static func load(_ path: FilePath) throws(ResultsError) -> Exceptions {
    do throws(ResultsError) {
      return try Exceptions(String(decoding: Run.read(path), as: UTF8.self), path: path)
    } catch {
      if case .cannotRead(_, errno: .noSuchFileOrDirectory) = error {
        throw .noSuchExceptions(path: path)
      }
      if case .unsuitable(_, let why) = error {
        throw .badExceptions(path: path, line: nil, why: why)
      }
      throw error
    }
  }

  /// The first that a name is meant by.
  func exception(for name: String) -> Exception? { all.first { $0.matches(name) } }
}
