extension Comparison {
  /// What a GitHub workflow shows beside a pull request: an error for what is red, a warning for what is
  /// suspected, a notice otherwise.
  ///
  /// As "Workflow commands for GitHub Actions" has them. A step shows ten of each sort.
  var annotations: String {
    let level = result == .fail ? "error" : result == .suspected ? "warning" : "notice"
    var lines = [
      Self.command(level, "bench compare", ([headline] + remarks).joined(separator: "\n"))
    ]
    let most = 9
    for suspect in regressions.prefix(most) {
      let why = causes(of: suspect.current).joined(separator: "\n")
      lines.append(
        Self.command("error", suspect.name, "\(suspect.change), \(suspect.state)\n\(why)"))
    }
    let loops = redCode.grouped { [$0.name] + $0.differences }.map { $0[0] }
    for change in loops.prefix(max(0, most - regressions.count)) {
      lines.append(
        Self.command("error", change.name, "code: \(change.differences.joined(separator: ", "))"))
    }
    for suspect in unconfirmed.prefix(result == .suspected ? most : most + 1) {
      lines.append(Self.command("warning", suspect.name, "\(suspect.change), \(suspect.state)"))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func command(_ level: String, _ title: String, _ message: String) -> String {
    "::\(level) title=\(title.commandData.commandProperty)::\(message.commandData)"
  }
}

extension String {
  /// As a workflow command takes it.
  fileprivate var commandData: String {
    replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  fileprivate var commandProperty: String {
    replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
