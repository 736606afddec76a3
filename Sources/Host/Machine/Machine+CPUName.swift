extension Machine {
  /// What people call the CPU and what tells it from others of that name: "AMD EPYC (26/2, Zen 5)",
  /// family and model; the architecture alone where nothing else is known.
  public var cpuName: String {
    let name = cpuModel ?? architecture
    guard let family, let model else { return name }
    return
      "\(name) (\((["\(family)/\(model)"] + [core].compactMap(\.self)).joined(separator: ", ")))"
  }

  /// As few words as tell CPUs apart: "Zen 5", "AMD 26/80"; its name where that says more, or the
  /// architecture.
  public var shortCPUName: String {
    if let core { return core }
    guard let family, let model else { return cpuModel ?? architecture }
    let makers = ["AuthenticAMD": "AMD", "GenuineIntel": "Intel"]
    return [vendor.map { makers[$0] ?? $0 }, "\(family)/\(model)"].compactMap(\.self)
      .joined(separator: " ")
  }

  /// The name of the core; `nil` where it is not known for sure.
  private var core: String? {
    guard architecture == "x86_64", let family, let model else { return nil }
    switch (vendor, family) {
    case ("AuthenticAMD", _): return Self.amdCore(family: family, model: model)
    case ("GenuineIntel", 6): return Self.intelCore(model: model, stepping: stepping)
    default: return nil
    }
  }

  /// By ranges of models, as `arch/x86/kernel/cpu/amd.c` of Linux has them. Zen+ counts as Zen 1.
  private static func amdCore(family: Int, model: Int) -> String? {
    switch (family, model) {
    case (0x17, 0x00...0x2f), (0x17, 0x50...0x5f): "Zen 1"
    case (0x17, 0x30...0x4f), (0x17, 0x60...0x7f), (0x17, 0x90...0x91), (0x17, 0xa0...0xaf): "Zen 2"
    case (0x19, 0x00...0x0f), (0x19, 0x20...0x5f): "Zen 3"
    case (0x19, 0x10...0x1f), (0x19, 0x60...0xaf): "Zen 4"
    case (0x1a, 0x00...0x2f), (0x1a, 0x40...0x4f), (0x1a, 0x60...0x7f): "Zen 5"
    default: nil
    }
  }

  /// Of servers, as `arch/x86/include/asm/intel-family.h` of Linux names them.
  private static func intelCore(model: Int, stepping: Int?) -> String? {
    switch model {
    case 0x3f: return "Haswell"
    case 0x4f, 0x56: return "Broadwell"
    case 0x55:
      // One model for three: they differ in their stepping.
      guard let stepping else { return nil }
      return stepping < 5 ? "Skylake" : stepping < 10 ? "Cascade Lake" : "Cooper Lake"
    case 0x6a, 0x6c: return "Ice Lake"
    case 0x8f: return "Sapphire Rapids"
    case 0xcf: return "Emerald Rapids"
    case 0xad, 0xae: return "Granite Rapids"
    case 0xaf: return "Sierra Forest"
    default: return nil
    }
  }
}
