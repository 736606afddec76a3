import Host
public import SystemPackage

/// A run as it was left.
public struct Run: Sendable {
  /// Without links: `latest` may lead elsewhere by now.
  public let path: FilePath
  public let meta: Meta
  /// Empty in a run that was stopped before its first cell was finished.
  public let summary: [SummaryRow]

  /// Reads the run at `path`, which may be `latest` or another link to it.
  /// - Throws: `noSuchRun`, `foreignSchema`, `cannotRead`, `malformedMeta`, `missingColumn`,
  ///   `malformed`.
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
    return Run(path: directory, meta: meta, summary: try table?.rows(SummaryRow.self) ?? [])
  }

  /// Reads the timed blocks, about a hundred bytes each in the file; empty if none was kept.
  /// - Throws: `cannotRead`, `missingColumn`, `malformed`.
  public func samples() throws(ResultsError) -> [SampleRow] {
    try Self.table(
      path.appending(RunDirectory.samplesName),
      ending: meta.status == .complete ? .wholeRow : .anywhere
    )?.rows(SampleRow.self) ?? []
  }

  /// Reads `plan.json` as it was written, and says where it is.
  /// - Throws: `cannotRead`.
  public func plan() throws(ResultsError) -> (path: FilePath, json: [UInt8]) {
    let path = path.appending(RunDirectory.planName)
    return (path, try Self.read(path))
  }

  /// Reads the machine-code facts; empty if none were kept.
  /// - Throws: `cannotRead`, `missingColumn`, `malformed`.
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

  private static func read(_ path: FilePath) throws(ResultsError) -> [UInt8] {
    do throws(Errno) {
      return try path.reading { file throws(Errno) in try file.readToEnd() }
    } catch {
      throw .cannotRead(path: path, errno: error)
    }
  }
}
