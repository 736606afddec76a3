import ArgumentParser
import Foundation
import Processes
import Results
import SystemPackage

/// What a run prints of its rows.
enum PrintedFormat: String, CaseIterable, ExpressibleByArgument {
  /// The answer on one screen, where the plan fits one; the table elsewhere.
  case matrix
  case table, csv, json
}

extension ColorUse: ExpressibleByArgument {}

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
