import Host
public import SystemPackage
import Text

/// A run as it was left.
public struct Run: Sendable {
  /// Without links: `latest` may lead elsewhere by now.
  public let path: FilePath
  public let meta: Meta
  /// Empty in a run that was stopped before its first cell was finished.
  public let summary: [SummaryRow]

  init(path: FilePath, meta: Meta, summary: [SummaryRow]) {
    self.path = path
    self.meta = meta
    self.summary = summary
  }

  /// A program that measured nothing, beside another one.
  public init(program: FilePath, meta: Meta) {
    self.init(path: program, meta: meta, summary: [])
  }

  /// Reads the run at `path`, which may be `latest` or another link to it.
  /// - Throws: `noSuchRun`, `foreignSchema`, `cannotRead`, `unsuitable`, `malformedMeta`,
  ///   `missingColumn`, `malformed`, `duplicate`, `rowCount`.
  public static func load(_ path: FilePath) throws(ResultsError) -> Run {
    let directory = try RunDirectory.open(path).path
    let metaPath = directory.appending(RunDirectory.metaName)
    let meta = try Meta(json: read(metaPath), path: metaPath)
    let summaryPath = directory.appending(RunDirectory.summaryName)
    let table = try table(summaryPath, ending: .wholeRow)
    if table == nil, meta.status == .complete {
      throw .cannotRead(path: summaryPath, errno: .noSuchFileOrDirectory)
    }
    try table?.requireVersion(Schema.version, column: SummaryRow.schemaVersionColumn)
    let summary = try table?.rows(SummaryRow.self) ?? []
    try check(summary.count, meta.rows?.summary, summaryPath)
    return Run(path: directory, meta: meta, summary: summary)
  }

  /// Reads the timed blocks, about a hundred bytes each in the file; empty if none was kept.
  /// - Throws: `packed`, `cannotRead`, `unsuitable`, `missingColumn`, `malformed`, `duplicate`, `rowCount`.
  public func samples() throws(ResultsError) -> [SampleRow] {
    let path = path.appending(RunDirectory.samplesName)
    let ending: CSVTable.Ending = meta.status == .complete ? .wholeRow : .anywhere
    let table = try Self.table(path, ending: ending)
    let packed = path.removingLastComponent().appending(RunDirectory.samplesName + ".xz")
    if table == nil, (try? packed.resolved()) != nil { throw .packed(path: packed) }
    let samples = try table?.rows(SampleRow.self) ?? []
    try Self.check(samples.count, meta.rows?.samples, path)
    return samples
  }

  /// Reads an SVG file that scripts/plot drew, by its name without the extension; nil if it drew none.
  /// - Throws: `cannotRead`, `unsuitable`.
  func figure(_ name: String) throws(ResultsError) -> [UInt8]? {
    let path = path.appending(RunDirectory.figuresName).appending(name + ".svg")
    do {
      return try Self.read(path, largest: Self.largestFigure)
    } catch .cannotRead(_, .noSuchFileOrDirectory) {
      return nil
    }
  }

  /// Reads `plan.json` as it was written, and says where it is.
  /// - Throws: `cannotRead`.
  public func plan() throws(ResultsError) -> (path: FilePath, json: [UInt8]) {
    let path = path.appending(RunDirectory.planName)
    return (path, try Self.read(path))
  }

  /// Reads the ratios of each copy of the timed loops; empty if none were kept.
  /// - Throws: `cannotRead`, `unsuitable`, `missingColumn`, `malformed`, `duplicate`.
  public func layouts() throws(ResultsError) -> [LayoutRow] {
    try Self.table(path.appending(RunDirectory.layoutsName), ending: .wholeRow)?
      .rows(LayoutRow.self) ?? []
  }

  /// Reads what several threads did together; empty where none did.
  /// - Throws: `cannotRead`, `unsuitable`, `missingColumn`, `malformed`, `duplicate`.
  public func contention() throws(ResultsError) -> [ContentionRow] {
    try Self.table(path.appending(RunDirectory.contentionName), ending: .wholeRow)?
      .rows(ContentionRow.self) ?? []
  }

  /// Reads the machine-code facts; empty if none were kept.
  /// - Throws: `cannotRead`, `unsuitable`, `missingColumn`, `malformed`, `duplicate`.
  public func codegen() throws(ResultsError) -> [CodegenRow] {
    try Self.table(path.appending(RunDirectory.codegenName), ending: .wholeRow)?
      .rows(CodegenRow.self) ?? []
  }
}

extension Run {
  /// Nil if there is no such file.
  private static func table(
    _ path: FilePath,
    ending: CSVTable.Ending
  ) throws(ResultsError) -> CSVTable? {
    do {
      return try CSVTable(read(path), path: path, ending: ending)
    } catch .cannotRead(_, .noSuchFileOrDirectory) {
      return nil
    }
  }

  private static func check(
    _ found: Int, _ written: Int?, _ path: FilePath
  ) throws(ResultsError) {
    guard let written, found != written else { return }
    throw .rowCount(path: path, found: found, written: written)
  }

  /// A pipe would block and a device never end, so only files are read, and none that memory can't hold.
  static func read(
    _ path: FilePath, largest: Int = largestFile
  ) throws(ResultsError) -> [UInt8] {
    let read: (bytes: [UInt8]?, why: String)
    do throws(Errno) {
      read = try path.reading(options: .nonBlocking) { file throws(Errno) in
        let status = try file.status()
        guard status.isRegular else { return (nil, "not a regular file") }
        guard status.bytes <= largest else {
          return (nil, "larger than \(ByteCount(largest))")
        }
        return (try file.readToEnd(), "")
      }
    } catch {
      throw .cannotRead(path: path, errno: error)
    }
    guard let bytes = read.bytes else { throw .unsuitable(path: path, why: read.why) }
    return bytes
  }

  /// In bytes; samples of some hours.
  static let largestFile = 4 << 30
  private static let largestFigure = 16 << 20
}
