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
  /// - Throws: `noSuchRun`, `foreignSchema`, `cannotRead`, `unsuitable`, `tooLarge`, `malformedMeta`,
  ///   `missingColumn`, `malformed`, `duplicate`, `rowCount`.
  public static func load(_ path: FilePath) throws(ResultsError) -> Run {
    let directory = try RunDirectory.open(path).path
    let metaPath = directory.appending(RunDirectory.metaName)
    let meta = try Meta(json: read(metaPath), path: metaPath)
    let summaryPath = directory.appending(RunDirectory.summaryName)
    let rows = try table(
      summaryPath, largest: largestTable, ending: .wholeRow
    ) { table throws(ResultsError) in
      try table.rows(
        SummaryRow.self, version: (SummaryRow.schemaVersionColumn, Schema.version))
    }
    if rows == nil, meta.status == .complete {
      throw .cannotRead(path: summaryPath, errno: .noSuchFileOrDirectory)
    }
    let summary = rows ?? []
    try check(summary.count, meta.rows?.summary, summaryPath)
    return Run(path: directory, meta: meta, summary: summary)
  }

  /// Reads the run at `path` to set it beside others. One that another schema describes can't be,
  /// whatever else it is good for.
  /// - Throws: `notJudged` in place of `foreignSchema`; else as ``load(_:)``.
  public static func loadToCompare(_ path: FilePath) throws(ResultsError) -> Run {
    do throws(ResultsError) {
      return try load(path)
    } catch {
      guard case .foreignSchema = error else { throw error }
      throw .notJudged(why: error.description)
    }
  }

  /// Reads the timed blocks, about a hundred bytes each in the file, and hands over one after the other;
  /// none if none was kept.
  /// - Throws: `packed`, `cannotRead`, `unsuitable`, `tooLarge`, `missingColumn`, `malformed`,
  ///   `duplicate`, `rowCount`, and what `take` throws.
  public func forEachSample(
    _ take: (SampleRow) throws(ResultsError) -> Void
  ) throws(ResultsError) {
    let path = path.appending(RunDirectory.samplesName)
    let ending: CSVTable.Ending = meta.status == .complete ? .wholeRow : .anywhere
    var count = 0
    let read: Void? = try Self.table(
      path, largest: Self.largestSamples, ending: ending
    ) { table throws(ResultsError) in
      try table.forEach(SampleRow.self) { row throws(ResultsError) in
        count += 1
        try take(row)
      }
    }
    let packed = path.removingLastComponent().appending(RunDirectory.samplesName + ".xz")
    if read == nil, (try? packed.resolved()) != nil { throw .packed(path: packed) }
    try Self.check(count, meta.rows?.samples, path)
  }

  /// All of ``forEachSample(_:)`` at once, for a run of seconds.
  public func samples() throws(ResultsError) -> [SampleRow] {
    var samples: [SampleRow] = []
    try forEachSample { samples.append($0) }
    return samples
  }

  /// Reads an SVG file that scripts/plot drew, by its name without the extension; nil if it drew none.
  /// - Throws: `cannotRead`, `unsuitable`, `tooLarge`.
  func figure(_ name: String) throws(ResultsError) -> [UInt8]? {
    let path = path.appending(RunDirectory.figuresName).appending(name + ".svg")
    do {
      return try Self.read(path, largest: Self.largestFigure)
    } catch .cannotRead(_, .noSuchFileOrDirectory) {
      return nil
    }
  }

  /// Reads `plan.json` as it was written, and says where it is.
  /// - Throws: `cannotRead`, `unsuitable`, `tooLarge`.
  public func plan() throws(ResultsError) -> (path: FilePath, json: [UInt8]) {
    let path = path.appending(RunDirectory.planName)
    return (path, try Self.read(path, largest: Self.largestTable))
  }

  /// Reads the ratios of each copy of the timed loops; empty if none were kept.
  /// - Throws: `cannotRead`, `unsuitable`, `tooLarge`, `missingColumn`, `malformed`, `duplicate`.
  public func layouts() throws(ResultsError) -> [LayoutRow] {
    try rows(LayoutRow.self, in: RunDirectory.layoutsName)
  }

  /// Reads what several threads did together; empty where none did.
  /// - Throws: `cannotRead`, `unsuitable`, `tooLarge`, `missingColumn`, `malformed`, `duplicate`.
  public func contention() throws(ResultsError) -> [ContentionRow] {
    try rows(ContentionRow.self, in: RunDirectory.contentionName)
  }

  /// Reads the machine-code facts; empty if none were kept.
  /// - Throws: `cannotRead`, `unsuitable`, `tooLarge`, `missingColumn`, `malformed`, `duplicate`.
  public func codegen() throws(ResultsError) -> [CodegenRow] {
    try rows(CodegenRow.self, in: RunDirectory.codegenName)
  }
}

extension Run {
  private func rows<Row: TableRow>(_: Row.Type, in name: String) throws(ResultsError) -> [Row] {
    try Self.table(
      path.appending(name), largest: Self.largestTable, ending: .wholeRow
    ) { table throws(ResultsError) in
      try table.rows(Row.self)
    } ?? []
  }

  /// Nil if there is no such file.
  private static func table<Value>(
    _ path: FilePath, largest: Int, ending: CSVTable.Ending,
    _ body: (CSVTable) throws(ResultsError) -> Value
  ) throws(ResultsError) -> Value? {
    do throws(ResultsError) {
      return try reading(path, largest: largest) { file throws(ResultsError) in
        try body(
          CSVTable(path: path, ending: ending) { () throws(ResultsError) in
            do throws(Errno) {
              return try file.readPart()
            } catch {
              throw .cannotRead(path: path, errno: error)
            }
          })
      }
    } catch .cannotRead(path, .noSuchFileOrDirectory) {
      return nil
    }
  }

  private static func check(
    _ found: Int, _ written: Int?, _ path: FilePath
  ) throws(ResultsError) {
    guard let written, found != written else { return }
    throw .rowCount(path: path, found: found, written: written)
  }

  static func read(
    _ path: FilePath, largest: Int = largestFile
  ) throws(ResultsError) -> [UInt8] {
    try reading(path, largest: largest) { file throws(ResultsError) in
      do throws(Errno) {
        return try file.readToEnd()
      } catch {
        throw .cannotRead(path: path, errno: error)
      }
    }
  }

  /// A pipe would block and a device never end, so only files are read, and none that memory can't hold.
  private static func reading<Value>(
    _ path: FilePath, largest: Int, _ body: (FileDescriptor) throws(ResultsError) -> Value
  ) throws(ResultsError) -> Value {
    let result: Result<Value, ResultsError>
    do throws(Errno) {
      result = try path.reading(options: .nonBlocking) { file throws(Errno) in
        let status = try file.status()
        guard status.isRegular else {
          return .failure(.unsuitable(path: path, why: "not a regular file"))
        }
        guard status.bytes <= largest else {
          return .failure(.tooLarge(path: path, bytes: status.bytes, limit: largest))
        }
        return Result { () throws(ResultsError) in try body(file) }
      }
    } catch {
      throw .cannotRead(path: path, errno: error)
    }
    return try result.get()
  }

  /// In bytes, of what does not grow with the number of cells.
  static let largestFile = 16 << 20
  /// In bytes, of a table or plan with a row for each cell and arm: three times that of the preset `full`, by what
  /// a row of the published runs takes.
  private static let largestTable = 768 << 20
  /// In bytes; samples of half an hour or more, of which each takes eight bytes of memory.
  private static let largestSamples = 2 << 30
  private static let largestFigure = 16 << 20
}
