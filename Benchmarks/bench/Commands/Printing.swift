import ArgumentParser
import Foundation
import Processes
import Results
import SystemPackage

/// What a run prints of its rows.
enum PrintedFormat: String, ExplainedCase {
  case matrix, table, csv, json

  var meaning: String? {
    switch self {
    case .matrix: "the answer on one screen; the table where the plan fits none"
    case .table: "every cell, and what must be known to read it"
    case .csv: "the rows, as summary.csv has them"
    case .json: "the same rows as objects"
    }
  }
}

extension ColorUse: ExplainedCase {
  var meaning: String? {
    switch self {
    case .auto: "on a terminal, unless NO_COLOR is set"
    case .always: "in files and pipes, too"
    case .never: "marks only"
    }
  }
}

extension Screen {
  /// The terminal that standard output is, or what stands for one.
  static func standardOutput(_ color: ColorUse) -> Screen {
    let unknown = StandardOutput.isTerminal ? 80 : Matrix.columns
    return Screen(columns: StandardOutput.columns ?? unknown, hasColors: color.isWantedHere)
  }
}

extension FilePath {
  /// As one would type it here: what lies in the working directory from there on, anything else in full.
  var asTyped: String {
    let here = FilePath(FileManager.default.currentDirectoryPath)
    let whole = FilePath(URL(filePath: here.pushing(self).string).resolvingSymlinksInPath().path)
    var path = whole
    return path.removePrefix(here) && !path.isEmpty ? path.string : whole.string
  }
}
