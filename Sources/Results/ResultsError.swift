public import Host
import SystemErrors
public import SystemPackage
import Text

/// Why results could not be written, read or compared.
public enum ResultsError: Error, Equatable {
  /// The file was written by a version of this tool with another schema; `writer` is its commit, where
  /// `meta.json` names it.
  case foreignSchema(path: FilePath, found: String, known: Int, writer: String?)
  /// The file is there, but the system refused to read it.
  case cannotRead(path: FilePath, errno: Errno)
  /// The file's text is not what its schema says; `line` counts from 1.
  case malformed(path: FilePath, line: Int, column: String?, value: String, expected: String)
  /// The file is there, but it is nothing to read whole: no regular file.
  case unsuitable(path: FilePath, why: String)
  /// The file has more bytes than are ever needed of one of its kind.
  case tooLarge(path: FilePath, bytes: Int, limit: Int)
  /// The file is there in a packed form only.
  case packed(path: FilePath)
  /// Two rows of a file are about the same.
  case duplicate(path: FilePath, line: Int, key: String)
  /// A table of a complete run has another number of rows than was written.
  case rowCount(path: FilePath, found: Int, written: Int)
  /// A column of the schema is not in the file's header.
  case missingColumn(path: FilePath, column: String)
  /// `meta.json` can't be decoded.
  case malformedMeta(path: FilePath, detail: String)
  /// There is no run at the path.
  case noSuchRun(path: FilePath, why: String)
  /// The runs come from machines that differ where it matters.
  case machinesDiffer([Machine.Difference])
  /// A run that was stopped, has failed or still goes on, of which cells are missing.
  case notComplete(path: FilePath, status: Meta.Status)
  /// There is nothing to judge the runs by, or not all that was asked for.
  case notJudged(why: String)
  /// There is no baseline of that name; `known` are.
  case noSuchBaseline(name: String, known: [String])
  /// There is no file of exceptions.
  case noSuchExceptions(path: FilePath)
  /// A file of what may get worse, written by hand, that is none.
  case badExceptions(path: FilePath, line: Int?, why: String)
  /// The runs have no compared arm of a cell in common.
  case nothingMatches(baseline: FilePath, current: FilePath)
  /// Runs of several machines were wanted, and all are of this one.
  case oneMachine(name: String)
  /// No compared arm of a cell was measured on two of the machines.
  case nothingOnTwoMachines(names: [String])
  /// A directory or link could not be made.
  case cannotCreate(path: FilePath, errno: Errno)
  /// A file could not be written; what it held before is still there.
  case cannotWrite(path: FilePath, errno: Errno)
  /// A number for `meta.json` is infinite or not a number; the file was not touched.
  case notFinite(path: FilePath, key: String)
}

extension ResultsError {
  /// The status that a tool ends with, numbered as in `sysexits.h`.
  public var exitCode: Int32 {
    switch self {
    case .foreignSchema, .cannotRead, .unsuitable, .badExceptions, .tooLarge, .packed, .malformed,
      .duplicate,
      .rowCount, .missingColumn, .malformedMeta:
      65
    case .noSuchRun, .noSuchBaseline, .noSuchExceptions: 66
    case .machinesDiffer, .nothingMatches, .notComplete, .notJudged, .oneMachine,
      .nothingOnTwoMachines:
      69
    case .cannotCreate: 73
    case .cannotWrite, .notFinite: 74
    }
  }
}

extension ResultsError: CustomStringConvertible {
  /// One line: what was attempted, with which values, and the way out.
  public var description: String {
    switch self {
    case .foreignSchema(let path, let found, let known, let writer):
      "\(path): schema version \(Self.excerpt(found, quoted: false)), but this build reads version "
        + "\(known); read it with "
        + (writer.map { "the build of commit \(Self.excerpt($0, quoted: false)), which wrote it" }
          ?? "the build of the commit that its meta.json names")
        + ", or measure again"
    case .unsuitable(let path, let why):
      "cannot read \(path): \(why); give a run directory as 'bench run' leaves it"
    case .tooLarge(let path, let bytes, let limit):
      "cannot read \(path): it has \(ByteCount(bytes)), more than the limit of \(ByteCount(limit)) for "
        + "such a file; is it the right one?"
    case .packed(let path):
      "\(path) is packed, as published runs are: unpack it with 'xz --decompress --keep \(path)'"
    case .duplicate(let path, let line, let key):
      "\(path), line \(line): a second row of \(key); \(Self.damaged)"
    case .rowCount(let path, let found, let written):
      "\(path): \(found.counted("row")), but \(written) were written, as meta.json says; "
        + Self.damaged
    case .cannotRead(let path, let errno):
      "cannot read \(path): \(errno); \(Self.readingRemedy(errno))"
    case .malformed(let path, let line, let column, let value, let expected):
      "\(path), line \(line)\(column.map { ", column \($0)" } ?? ""): "
        + "\(Self.excerpt(value)) is not \(expected); \(Self.damaged)"
    case .missingColumn(let path, let column):
      "\(path), line 1: column \(column) is missing; \(Self.damaged)"
    case .malformedMeta(let path, let detail):
      "\(path): \(detail); \(Self.damaged)"
    case .noSuchRun(let path, let why):
      "no run at \(path): \(why); give a run directory, such as results/latest after 'bench run'"
    case .machinesDiffer(let differences):
      "not comparable, the machines differ: "
        + differences.map(\.description).joined(separator: "; ")
        + "; measure both runs on one machine"
    case .notComplete(let path, let status):
      "not comparable: \(path) is \(status.rawValue), not complete: what it did not measure would "
        + "pass; measure it whole, or compare what is there with --accept-cut"
    case .notJudged(let why): "not comparable: \(why)"
    case .noSuchExceptions(let path):
      "there is no file '\(path)' of what may get worse; it has a line 'GLOB REASON' for each"
    case .badExceptions(let path, let line, let why):
      "\(path)\(line.map { ", line \($0)" } ?? ""): \(why); what may get worse has a line 'GLOB REASON'"
    case .noSuchBaseline(let name, let known) where known.contains(name):
      "baseline '\(name)' leads to a run that is gone; 'bench run --save-baseline \(name)' makes it anew"
    case .noSuchBaseline(let name, let known):
      "there is no baseline '\(name)'; there are: "
        + (known.isEmpty ? "none" : known.joined(separator: ", "))
        + "; 'bench run --save-baseline \(name)' makes it"
    case .nothingMatches(let baseline, let current):
      "not comparable: \(baseline) and \(current) have no compared arm of a cell in common; "
        + "measure both with the same preset and axis filters"
    case .oneMachine(let name):
      "nothing to compare: all runs are of one machine, \(Self.excerpt(name, quoted: false)); give runs "
        + "of two, and tell those of one kind apart with 'bench run --label'"
    case .nothingOnTwoMachines(let names):
      "nothing to compare: no cell was measured on two of "
        + names.map { Self.excerpt($0, quoted: false) }.joined(separator: ", ")
        + "; measure all with the same preset and axis filters"
    case .cannotCreate(let path, let errno):
      "cannot create \(path): \(errno); \(Self.remedy(errno))"
    case .cannotWrite(let path, let errno):
      "cannot write \(path): \(errno); \(Self.remedy(errno))"
    case .notFinite(let path, let key):
      "cannot write \(path): \(key) is not a finite number; leave out what was not measured"
    }
  }

  /// What helps where a file can't be written or made.
  private static func remedy(_ errno: Errno) -> String {
    switch errno {
    case .noSpace, .diskQuotaExceeded: "free space there or choose another place with --output"
    case .fileTooLarge: "raise the limit on file size (ulimit -f), or measure less"
    case .permissionDenied, .notPermitted, .readOnlyFileSystem, .notDirectory, .isDirectory:
      "choose a directory that you may write to with --output"
    default: errno.wayOut ?? "choose another place with --output"
    }
  }

  /// What helps where a file can't be read.
  private static func readingRemedy(_ errno: Errno) -> String {
    errno.wayOut ?? (errno.isRefusal ? "check that you may read it" : "is it a run as it was left?")
  }

  private static let damaged = "the file is damaged or was edited: measure again"

  /// Damaged text may be long and span lines; a message stays on one.
  private static func excerpt(_ value: String, quoted: Bool = true) -> String {
    let limit = 40
    let excerpt = value.count > limit ? value.prefix(limit) + "…" : value[...]
    let isPlain = excerpt.allSatisfy { $0.isASCII && !$0.isWhitespace }
    return quoted || !isPlain ? excerpt.debugDescription : String(excerpt)
  }
}
