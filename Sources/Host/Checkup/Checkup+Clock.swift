extension Checkup {
  /// The pace of the CPU, and of the clock that it is timed with.
  var clockFindings: [Finding] {
    [governor, boost, unsteadyTSC, clocksource].compactMap(\.self)
  }

  private var governor: Finding? {
    guard let governor = machine.governor, governor != "performance" else { return nil }
    return Finding(
      what: "frequency governor \(governor)",
      why: "the CPU's clock follows the load, and times per operation move with it",
      command: "echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"
    )
  }

  private var boost: Finding? {
    guard let boost = conditions.boost else { return nil }
    let command =
      switch boost {
      case .cpufreq: "echo 0 > /sys/devices/system/cpu/cpufreq/boost"
      case .intelPState: "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo"
      }
    return Finding(
      what: "frequency boost on",
      why: "the CPU's clock depends on its temperature and on what other cores do: times drift, "
        + "paired ratios less so",
      command: command
    )
  }

  private var unsteadyTSC: Finding? {
    // Elsewhere the clock's counter is steady by the architecture.
    guard machine.architecture == "x86_64", !conditions.cpuFlags.isEmpty else { return nil }
    let missing = ["constant_tsc", "nonstop_tsc"].filter { !conditions.cpuFlags.contains($0) }
    guard !missing.isEmpty else { return nil }
    return Finding(
      what: "CPU without \(missing.joined(separator: " and "))",
      why: "the counter behind the clock may change its pace while a block is timed"
    )
  }

  private var clocksource: Finding? {
    guard machine.architecture == "x86_64", let source = conditions.clocksource, source != "tsc"
    else { return nil }
    return Finding(
      what: "clock source \(source)",
      why: "reading the time takes longer than with tsc, and adds more noise to each block",
      command: conditions.availableClocksources.contains("tsc")
        ? "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource" : nil
    )
  }
}
