import Text

extension Meta {
  /// Where it was measured: label and machine.
  var machineText: String {
    let words: [String?] = [
      label, machine.cpuName, machine.logicalCPUs.map { $0.counted("CPU") },
      machine.hypervisor.map { "virtual machine (\($0))" },
      machine.kernelRelease.map { "Linux \($0)" },
    ]
    return words.compactMap(\.self).joined(separator: ", ")
  }

  /// "interrupted (SIGINT)"; nil of a complete run.
  var incompleteness: String? {
    guard status != .complete else { return nil }
    return status.rawValue + (statusReason.map { " (\($0.onOneLine))" } ?? "")
  }

  /// What measured: "commit 7e2a154c0a31, changed, debug build".
  var commitText: String? { programText(named: "commit") }

  /// The same after another word for it.
  func programText(named name: String) -> String? {
    let words = [
      commit.map { "\(name) \($0)\(dirty == true ? ", changed" : "")" },
      compiler.isDebug ? "debug build" : nil,
    ].compactMap(\.self)
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }
}
