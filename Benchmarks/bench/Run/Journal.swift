import Foundation
import Glibc
import Results
import SystemPackage
import Text

/// What measuring processes have told in a run, kept in a file of its directory until the run is complete.
///
/// Rounds are read back cell by cell, so that a run of a night takes no more memory than one of a minute;
/// and a run that was cut short goes on from what is in it.
///
/// The file is for this program alone. A record is its length and the hash of what follows, the number of
/// bytes of JSON, these, and the rounds as numbers of 64 bits in this machine's order. A record that was cut short by
/// whatever ended the run is no record.
final class Journal {
  enum Entry: Codable {
    /// What a process told.
    case told(WorkerMessage, process: Int)
    /// Which cells are looked at again, by their numbers.
    case look(Int, cells: [Int])
  }

  /// Where the rounds of a report are.
  struct Place {
    fileprivate let offset: Int64
    fileprivate let words: Int
  }

  private let path: FilePath
  private let file: FileDescriptor
  private var end: Int64 = 0
  private var isOpen = true

  private static let name = "journal"

  /// Begins the journal of a run.
  convenience init(in directory: RunDirectory) throws {
    try self.init(directory, [.create, .truncate, .noFollow, .closeOnExec])
  }

  /// Opens the journal of a run that was cut short, and hands over what is in it, in its order.
  ///
  /// - Throws: `ResumeError` where there is none, the run goes on, or another program wrote it;
  ///   `cannotRead`, `cannotWrite`.
  convenience init(of directory: RunDirectory, _ take: (Entry, Place) throws -> Void) throws {
    do {
      try self.init(directory, [.noFollow, .closeOnExec])
    } catch ResultsError.cannotWrite(_, .noSuchFileOrDirectory) {
      throw ResumeError.noJournal
    }
    while let (entry, place, next) = try record(at: end) {
      try take(entry, place)
      end = next
    }
    do {
      try file.resize(to: end)
    } catch let error as Errno {
      throw ResultsError.cannotWrite(path: path, errno: error)
    }
  }

  private init(_ directory: RunDirectory, _ options: FileDescriptor.OpenOptions) throws {
    path = directory.path.appending(Journal.name)
    do {
      file = try FileDescriptor.open(
        path, .readWrite, options: options, permissions: FilePermissions(rawValue: 0o666))
    } catch let error as Errno {
      throw ResultsError.cannotWrite(path: path, errno: error)
    }
    // Kept until the descriptor is closed, by whatever ends this process.
    guard flock(file.rawValue, LOCK_EX | LOCK_NB) != 0 else { return }
    let errno = Errno(rawValue: errno)
    // Some file systems of clusters have no locks.
    if [.noFunction, .notSupported, .noLocks].contains(errno) { return }
    close()
    if errno == .wouldBlock { throw ResumeError.isRunning }
    throw ResultsError.cannotWrite(path: path, errno: errno)
  }

  deinit { close() }

  /// Ends the keeping, which makes room for another file where descriptors are short.
  func close() {
    guard isOpen else { return }
    isOpen = false
    try? file.close()
  }

  /// Takes the file away: the run is complete.
  func remove() { _ = unsafe path.withPlatformString { unsafe unlink($0) } }
}

extension Journal {
  private static let headerBytes = 24

  /// - Throws: `cannotWrite`; the journal then ends where it ended before.
  func append(_ entry: Entry) throws -> Place {
    let words = entry.rounds?.words ?? []
    let json = try [UInt8](JSONEncoder().encode(entry.withoutRounds))
    let body = json + (unsafe words.withUnsafeBytes { unsafe [UInt8]($0) })
    let record =
      [UInt64(body.count), body.fnv1a, UInt64(json.count)].flatMap(\.bytes) + body
    do {
      try file.writeAll(toAbsoluteOffset: end, record)
    } catch let error as Errno {
      try? file.resize(to: end)
      throw ResultsError.cannotWrite(path: path, errno: error)
    }
    let place = Place(offset: end + Int64(Journal.headerBytes + json.count), words: words.count)
    end += Int64(record.count)
    return place
  }

  /// The rounds of a report that was appended or found.
  func rounds(at place: Place) throws -> PackedRounds {
    guard let bytes = try bytes(place.words * 8, at: place.offset) else {
      throw ResultsError.cannotRead(path: path, errno: .noData)
    }
    return PackedRounds(words: bytes.words)
  }

  /// Nil where no whole record begins.
  private func record(at offset: Int64) throws -> (Entry, Place, next: Int64)? {
    guard let header = try bytes(Journal.headerBytes, at: offset)?.words,
      let length = Int(exactly: header[0]), let jsonLength = Int(exactly: header[2]),
      jsonLength <= min(length, Journal.largestJSON)
    else { return nil }
    let begin = offset + Int64(Journal.headerBytes)
    guard try hash(length, at: begin) == header[1], let json = try bytes(jsonLength, at: begin)
    else { return nil }
    guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(json)) else {
      throw ResumeError.foreignJournal
    }
    return (
      entry, Place(offset: begin + Int64(jsonLength), words: (length - jsonLength) / 8),
      begin + Int64(length)
    )
  }

  /// What a damaged file may ask memory for; without rounds, a report has some kilobytes.
  private static let largestJSON = 4 << 20
  private static let partBytes = 1 << 20

  /// Part by part: a length in a damaged file may be that of the file. Nil where the file ends before.
  private func hash(_ count: Int, at offset: Int64) throws(ResultsError) -> UInt64? {
    var hash = [UInt8]().fnv1a
    for start in stride(from: 0, to: count, by: Journal.partBytes) {
      let length = min(Journal.partBytes, count - start)
      guard let part = try bytes(length, at: offset + Int64(start)) else { return nil }
      hash = part.fnv1a(after: hash)
    }
    return hash
  }

  /// Nil where the file ends before.
  private func bytes(_ count: Int, at offset: Int64) throws(ResultsError) -> [UInt8]? {
    do {
      let bytes = try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        while filled < count {
          let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
          let part = try unsafe file.read(
            fromAbsoluteOffset: offset + Int64(filled), into: UnsafeMutableRawBufferPointer(rest))
          guard part > 0 else { break }
          filled += part
        }
      }
      return bytes.count == count ? bytes : nil
    } catch {
      throw .cannotRead(path: path, errno: error as? Errno ?? .ioError)
    }
  }
}

extension UInt64 {
  fileprivate var bytes: [UInt8] { unsafe withUnsafeBytes(of: self) { unsafe [UInt8]($0) } }
}

extension [UInt8] {
  /// As numbers of 64 bits.
  fileprivate var words: [UInt64] {
    unsafe withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 8).map {
        unsafe bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
      }
    }
  }
}

extension Journal.Entry {
  /// Whether it tells of cells that the plan has, and of each arm what is told of arms.
  func isOf(_ plan: Plan) -> Bool {
    switch self {
    case .look(_, let cells): return cells.allSatisfy(plan.cells.indices.contains)
    case .told(let message, _):
      guard let told = message.planned else { return true }
      guard plan.cells.indices.contains(told.index) else { return false }
      let planned = plan.cells[told.index]
      guard told.cell == planned.cell, told.arms == planned.arms else { return false }
      guard case .cell(let report) = message else { return true }
      return planned.canBeTimed(report.iterations) && report.mappings.count == told.arms.count
        && [0, told.arms.count].contains(report.failedSwaps.count)
    }
  }

  fileprivate var rounds: PackedRounds? {
    guard case .told(.cell(let report), _) = self else { return nil }
    return report.packed
  }

  fileprivate var withoutRounds: Journal.Entry {
    guard case .told(.cell(let report), let process) = self else { return self }
    return .told(.cell(report.withoutRounds), process: process)
  }
}
