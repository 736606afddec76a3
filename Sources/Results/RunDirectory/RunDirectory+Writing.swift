import Host
import SystemPackage

extension RunDirectory {
  /// Replaces `meta.json`, and while the run goes on keeps room for the next one: how it ended can be told on
  /// a disk that its samples have filled.
  /// - Throws: `cannotWrite`, `notFinite`; the file is then as it was.
  public func write(_ meta: Meta) throws(ResultsError) {
    let path = path.appending(Self.metaName)
    let json = try meta.json(path: path)
    path.giveBackRoom()
    try replaceFile(
      path, with: json, room: meta.status == .running ? json.count + Self.metaRoom : 0)
  }

  /// The most bytes that `meta.json` may grow by from one writing to the next.
  private static let metaRoom = 64 << 10

  /// Leaves no rows in `summary.csv`, in the room that is kept for `meta.json` where the disk is full; where
  /// not even that does, there is no `summary.csv`.
  public func dropRows() {
    path.appending(Self.metaName).giveBackRoom()
    do throws(ResultsError) {
      try writeSummary([])
    } catch {
      try? path.appending(Self.summaryName).removeFile()
    }
  }

  /// Replaces `datapackage.json`: what the columns of the tables mean that are there, or, while none
  /// is, of all that may come.
  /// - Throws: `cannotWrite`; the file is then as it was.
  public func describeTables() throws(ResultsError) {
    let tables = DataPackage.Resource.all
    let present = tables.filter { (try? path.appending($0.path).resolved()) != nil }
    let package = DataPackage(
      run: path.lastComponent?.string ?? "", resources: present.isEmpty ? tables : present)
    let file = path.appending(Self.dataPackageName)
    guard let json = try? package.json() else { throw .cannotWrite(path: file, errno: .ioError) }
    try replaceFile(file, with: json)
  }

  /// Replaces `summary.csv`.
  /// - Throws: `cannotWrite`; the file is then as it was.
  public func writeSummary(_ rows: [SummaryRow]) throws(ResultsError) {
    try replaceFile(path.appending(Self.summaryName), with: Array(rows.csv().utf8))
  }

  /// Replaces `layouts.csv`.
  /// - Throws: `cannotWrite`; the file is then as it was.
  public func writeLayouts(_ rows: [LayoutRow]) throws(ResultsError) {
    try replaceFile(path.appending(Self.layoutsName), with: Array(rows.csv().utf8))
  }

  /// Replaces `contention.csv`.
  /// - Throws: `cannotWrite`; the file is then as it was.
  public func writeContention(_ rows: [ContentionRow]) throws(ResultsError) {
    try replaceFile(path.appending(Self.contentionName), with: Array(rows.csv().utf8))
  }

  /// Replaces `codegen.csv`.
  /// - Throws: `cannotWrite`; the file is then as it was.
  public func writeCodegen(_ rows: [CodegenRow]) throws(ResultsError) {
    try replaceFile(path.appending(Self.codegenName), with: Array(rows.csv().utf8))
  }

  /// Replaces `unmeasured.csv`: what `meta.json` has of it, for who reads tables.
  /// - Throws: `cannotWrite`; the file is then as it was.
  public func writeUnmeasured(_ rows: [Meta.Unmeasured]) throws(ResultsError) {
    try replaceFile(path.appending(Self.unmeasuredName), with: Array(rows.csv().utf8))
  }

  /// Replaces `plan.json`, of which this module knows no more than that it is there.
  /// - Throws: `cannotWrite`; the file is then as it was.
  public func writePlan(_ json: [UInt8]) throws(ResultsError) {
    try replaceFile(path.appending(Self.planName), with: json)
  }

  /// Appends to `samples.csv`, in one write. A link in its place is not followed.
  ///
  /// Under RLIMIT_FSIZE the process must ignore SIGXFSZ to see the error.
  /// - Throws: `cannotWrite`; the file then ends where it ended before.
  public func appendSamples(_ rows: [SampleRow]) throws(ResultsError) {
    let path = path.appending(Self.samplesName)
    do throws(Errno) {
      try typed {
        let file = try FileDescriptor.open(
          path,
          .writeOnly,
          options: [.append, .create, .noFollow, .closeOnExec],
          permissions: Self.filePermissions
        )
        try file.closeAfter {
          let end = try file.seek(offset: 0, from: .end)
          let text = (end == 0 ? SampleRow.csvHeader : "") + rows.map(\.csvLine).joined()
          do {
            try file.writeAll(Array(text.utf8))
          } catch {
            // A full disk takes a part of the text: no half row may stay.
            try file.resize(to: end)
            throw error
          }
        }
      }
    } catch {
      throw .cannotWrite(path: path, errno: error)
    }
  }

  /// Removes `samples.csv`, so that rows are appended from the first on.
  /// - Throws: `cannotWrite`.
  public func removeSamples() throws(ResultsError) {
    let path = path.appending(Self.samplesName)
    do throws(Errno) {
      try path.removeFile()
    } catch .noSuchFileOrDirectory {
      return
    } catch {
      throw .cannotWrite(path: path, errno: error)
    }
  }

  private static let filePermissions = FilePermissions(rawValue: 0o666)

  /// Writes beside the file, waits for the disk, and renames: a reader finds the old or the new, and what a
  /// link in either place leads to stays as it is.
  ///
  /// - Parameter room: bytes to hold back on the disk behind the file's end.
  private func replaceFile(
    _ path: FilePath, with text: [UInt8], room: Int = 0
  ) throws(ResultsError) {
    let temporary = path.removingLastComponent()
      .appending(".\(path.lastComponent?.string ?? "").tmp")
    do throws(Errno) {
      try typed {
        let file = try FileDescriptor.open(
          temporary,
          .writeOnly,
          options: [.create, .truncate, .noFollow, .closeOnExec],
          permissions: Self.filePermissions
        )
        try file.closeAfter {
          try file.writeAll(text)
          if room > 0 { file.keepRoom(room, after: text.count) }
          try file.synchronize()
        }
      }
      try temporary.replace(path)
    } catch {
      try? temporary.removeFile()
      throw .cannotWrite(path: path, errno: error)
    }
  }
}
