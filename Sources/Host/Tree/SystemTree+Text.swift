public import SystemPackage
import Text

extension SystemTree {
  /// The whole text.
  ///
  /// - Throws: ``SystemTreeError/unreadable(path:errno:remedy:)``, as everything here does.
  public func text(
    _ path: FilePath, remedy: String = SystemTreeError.mount
  ) throws(SystemTreeError) -> String {
    String(decoding: try bytes(path, remedy: remedy), as: UTF8.self)
  }

  /// The file's first line, without blanks around it.
  public func line(
    _ path: FilePath, remedy: String = SystemTreeError.mount
  ) throws(SystemTreeError) -> String {
    try text(path, remedy: remedy).prefix { $0 != "\n" }.trimmed
  }

  /// - Throws: ``SystemTreeError/unexpected(path:found:expected:)`` where it is none, too.
  public func integer(
    _ path: FilePath, remedy: String = SystemTreeError.mount
  ) throws(SystemTreeError) -> Int {
    let line = try line(path, remedy: remedy)
    guard let number = Int(line) else {
      throw .unexpected(path: self.path(path), found: line, expected: "a number")
    }
    return number
  }

  /// The numbers after the names of a file of lines such as "DirectMap4k:  30720 kB".
  public func numbers(_ path: FilePath) throws(SystemTreeError) -> [String: Int] {
    var numbers: [String: Int] = [:]
    for line in try text(path).split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == ":" }
      guard words.count >= 2, let number = Int(words[1]) else { continue }
      numbers[String(words[0])] = number
    }
    return numbers
  }

  /// The release as `uname -r` prints it: "6.18.44".
  public func release() throws(SystemTreeError) -> String {
    try line("proc/sys/kernel/osrelease")
  }
}

// MARK: - Where absence is an answer

extension SystemTree {
  public func text(ifPresent path: FilePath) -> String? { try? text(path) }

  /// The file's first line, without blanks around it; nil if nothing remains.
  public func line(ifPresent path: FilePath) -> String? {
    guard let line = try? line(path), !line.isEmpty else { return nil }
    return line
  }

  public func integer(ifPresent path: FilePath) -> Int? { try? integer(path) }

  /// The names in a directory, sorted; none where there is no directory.
  public func names(ifPresent path: FilePath) -> [String] { (try? names(in: path)) ?? [] }

  /// The word in brackets: "always [madvise] never".
  public func choice(ifPresent path: FilePath) -> String? {
    guard let line = line(ifPresent: path), let open = line.firstIndex(of: "["),
      let close = line[open...].firstIndex(of: "]")
    else { return nil }
    return String(line[line.index(after: open)..<close])
  }

  /// The kernel's list format: "0-2,5" is 0, 1, 2, 5.
  public func list(ifPresent path: FilePath) -> [Int]? {
    line(ifPresent: path).flatMap(Self.list)
  }

  /// - Returns: nil where there is nothing in it, or more than CPUs and nodes can be.
  static func list(_ line: String) -> [Int]? {
    guard !line.isEmpty else { return nil }
    var numbers: [Int] = []
    for range in line.split(separator: ",") {
      let bounds = range.split(separator: "-").compactMap { Int($0) }
      guard let first = bounds.first, let last = bounds.last, first <= last else { continue }
      guard numbers.count < mostNumbers, last < mostNumbers else { return nil }
      numbers += first...last
    }
    return numbers
  }

  /// More than CPUs (`NR_CPUS`) or nodes (`MAX_NUMNODES`) of any kernel.
  private static let mostNumbers = 1 << 16

  /// The bytes of so many units; nil for less than nothing, and for more than any machine has: their sums
  /// and differences don't overflow.
  static func bytes(_ number: Int, each unit: Int) -> Int? {
    (0...(1 << 60) / unit).contains(number) ? number * unit : nil
  }

  /// The keys and values of lines such as "MemTotal: 4679896 kB", up to the first empty line.
  public func fields(ifPresent path: FilePath) -> [String: String] {
    var values: [String: String] = [:]
    let lines = (text(ifPresent: path) ?? "").split(
      separator: "\n", omittingEmptySubsequences: false)
    for line in lines.prefix(while: { !$0.isEmpty }) {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { values[parts[0].trimmed] = parts[1].trimmed }
    }
    return values
  }
}
