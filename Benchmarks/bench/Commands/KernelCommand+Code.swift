import ArgumentParser
import Host
import KernelBinary
import SystemPackage
import Text

extension KernelCommand {
  /// Prints what `--code` asks for.
  func printCode(_ tree: SystemTree) throws {
    var surveys: [CodeSurvey] = []
    for file in files.isEmpty ? [nil] : files.map(Optional.some) {
      let image =
        try file.map { path throws(KernelImageError) in try KernelImage(file: FilePath(path)) }
        ?? KernelImage.running(tree)
      let survey = try CodeSurvey(image)
      surveys.append(survey)
      let report = KernelCodeReport(survey)
      print(image.path)
      if let function {
        let lines = report.functions(named: function)
        guard lines.count > 1 else {
          throw ValidationError(
            "'\(function)' looks for no head and takes no count in \(image.path): see --per-function"
          )
        }
        for line in lines { print(line) }
      } else if perFunction {
        for line in report.functions(named: nil) { print(line) }
      } else {
        Self.show(report.lines)
      }
    }
    guard function == nil, !perFunction else { return }
    Self.show(TextSizeEstimate(old: surveys[0], new: surveys.dropFirst().first).lines)
    Self.show(try LoopCode.lines())
  }

  private static func show(_ lines: [(name: String, text: String)]) {
    var table = TextColumns([.left, .left])
    for line in lines { table.append([line.name, line.text]) }
    for line in table.rendered() { print(line) }
  }
}
