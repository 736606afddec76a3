import Host
import Text

/// A machine, or all machines of one kind, and the runs of it.
struct MeasuredMachine: Sendable {
  /// What it is called here; no other has the name.
  let name: String
  /// Not empty.
  let runs: [Run]

  var meta: Meta { runs[0].meta }

  /// In the order in which they first come.
  static func of(_ runs: [Run], pooling: Machines.Pooling) -> [MeasuredMachine] {
    let groups = runs.grouped { run in
      [run.meta.machine.machineKey, pooling == .machine ? run.meta.label : nil]
    }
    return zip(names(of: groups), groups).map { MeasuredMachine(name: $0, runs: $1) }
  }

  /// The machine in words.
  var description: String {
    let caches = meta.machine.caches.filter { $0.type != "Instruction" }
    let words: [String?] = [
      meta.machine.cpuName, meta.machine.logicalCPUs?.counted("CPU"),
      caches.isEmpty ? nil : caches.map(\.short).joined(separator: " "),
      meta.machine.hypervisor == nil ? nil : "VM",
      meta.machine.kernelRelease.map { "Linux \($0)" },
      runs.count == 1 ? nil : runs.count.counted("run"),
    ]
    return words.compactMap(\.self).joined(separator: ", ")
  }
}

// MARK: - Names

extension MeasuredMachine {
  /// The label of all of its runs, or else the CPU. Where that is not enough, with what tells it from
  /// others of that name.
  private static func names(of groups: [[Run]]) -> [String] {
    let plain = groups.map { runs in
      let labels = Set(runs.map(\.meta.label))
      return (labels.count == 1 ? labels.first ?? nil : nil) ?? runs[0].meta.machine.shortCPUName
    }
    var names = plain
    for alike in Dictionary(grouping: plain.indices, by: { plain[$0] }).values
    where alike.count > 1 {
      let qualities = qualities.lazy.map { quality in
        alike.map { quality(groups[$0][0].meta.machine) }
      }
      let telling = qualities.first { Set($0).count == alike.count && !$0.contains(nil) }
      for (number, index) in alike.enumerated() {
        names[index] += " " + (telling?[number] ?? "#\(number + 1)")
      }
    }
    return numbered(names)
  }

  /// What people tell machines apart by.
  private static let qualities: [@Sendable (Machine) -> String?] = [
    \.shortCPUName,
    { $0.logicalCPUs.map { "\($0)c" } },
    { $0.hypervisor == nil ? "metal" : "VM" },
  ]

  /// With a number where a name is taken: a label may be what another one is called with a quality.
  private static func numbered(_ names: [String]) -> [String] {
    var taken: Set<String> = []
    return names.map { name in
      var unique = name
      var number = 1
      while !taken.insert(unique).inserted {
        number += 1
        unique = "\(name) #\(number)"
      }
      return unique
    }
  }
}

extension Machine.Cache {
  /// "L1d 48 KiB"
  fileprivate var short: String {
    "L\(level)\(type == "Data" ? "d" : "") \(ByteCount(bytes))"
  }
}
