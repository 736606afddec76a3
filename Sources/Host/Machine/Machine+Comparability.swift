import Text

extension Machine {
  /// What must agree for two runs to be compared: fields that neither a boot nor a setting changes.
  public var comparabilityKey: [(field: String, value: String)] {
    [
      ("architecture", architecture),
      ("vendor", vendor ?? Self.unknown),
      ("family", family?.description ?? Self.unknown),
      ("model", model?.description ?? Self.unknown),
      ("stepping", stepping?.description ?? Self.unknown),
      ("CPU model", cpuModel ?? Self.unknown),
      ("logical CPUs", logicalCPUs?.description ?? Self.unknown),
      ("caches", caches.map(\.description).joined(separator: " ")),
      // Not their memory: it moves by some pages from boot to boot.
      ("nodes", nodes.map { "\($0.id):\($0.cpus)" }.joined(separator: " ")),
      ("base page size", basePageSize.description),
      ("hypervisor", hypervisor ?? "none"),
    ]
  }

  /// A short name and a hash of the comparability key, such as "epyc-2c-1a2b3c4d".
  public var machineKey: String {
    let text = comparabilityKey.map { "\($0.field)=\($0.value)\n" }.joined()
    let hash = UInt32(truncatingIfNeeded: text.utf8.fnv1a)
    let digits = String(hash, radix: 16).padded(to: 8, with: "0", .right)
    return "\(shortName)-\(logicalCPUs?.description ?? "x")c-\(digits)"
  }

  /// A field of the comparability key that is not the same on two machines.
  public struct Difference: Equatable, Sendable, CustomStringConvertible {
    public var field: String
    public var baseline: String
    public var current: String

    public var description: String {
      "\(field): \(baseline) in the baseline, \(current) in the current run"
    }
  }

  /// The fields of the comparability key in which this machine differs from the baseline's.
  public func differences(from baseline: Machine) -> [Difference] {
    zip(baseline.comparabilityKey, comparabilityKey).compactMap { old, new in
      old.value == new.value
        ? nil : Difference(field: new.field, baseline: old.value, current: new.value)
    }
  }

  private static let unknown = "unknown"

  /// What people call the CPU: "xeon-platinum-8375c" is an
  /// "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz".
  private var shortName: String {
    let noise: Set = ["amd", "intel", "core", "cpu", "processor"]
    var name = (cpuModel ?? "").lowercased()
    for mark in ["(r)", "(tm)"] { name.replace(mark, with: "") }
    let words = name.prefix { $0 != "@" }
      .split(separator: " ")
      .filter { !$0.hasSuffix("-core") }
      .map { $0.filter { $0 == "-" || $0.isASCII && ($0.isLetter || $0.isNumber) } }
      .filter { !$0.isEmpty && !noise.contains($0) }
    return words.isEmpty ? architecture : words.prefix(3).joined(separator: "-")
  }
}

extension Machine.Cache: CustomStringConvertible {
  public var description: String { "L\(level) \(type) \(ByteCount(bytes))" }
}
