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

  /// What measured.
  var commitText: String? {
    commit.map { "commit \($0)\(dirty == true ? ", changed" : "")" }
  }
}
