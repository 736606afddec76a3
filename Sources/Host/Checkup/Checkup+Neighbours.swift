import Text

extension Checkup {
  /// Who else uses the CPUs.
  var neighbourFindings: [Finding] {
    [virtualMachine, steal, siblings, load, otherProcesses].compactMap(\.self)
  }

  private var virtualMachine: Finding? {
    guard let hypervisor = machine.hypervisor else { return nil }
    return Finding(
      what: "virtual machine (\(hypervisor))",
      why: "other guests share caches, memory bandwidth and perhaps cores, and TLB misses walk two "
        + "levels of page tables: times are not those of bare metal"
    )
  }

  private var steal: Finding? {
    guard let watch = idleTime, watch.spent.steal > 0 else { return nil }
    return Finding(
      what: "\(watch.share(watch.spent.steal)) of a CPU stolen over \(watch.seconds.fixed(1)) s",
      why: "the host runs others instead: blocks that it interrupts take milliseconds longer"
    )
  }

  private var siblings: Finding? {
    guard conditions.isSMTActive else { return nil }
    return Finding(
      what: "SMT on: two CPUs share a core",
      why: "what runs on the sibling takes execution slots, cache and predictor from the loop",
      command: "echo off > /sys/devices/system/cpu/smt/control"
    )
  }

  /// More to run than CPUs: now with the measuring process, or over the last minute.
  private var load: Finding? {
    guard let cpus = machine.logicalCPUs, let runnable = conditions.runnable,
      let average = conditions.loadAverage
    else { return nil }
    let others = max(0, runnable - 1)
    guard others >= cpus || average > Double(cpus) else { return nil }
    return Finding(
      what: "load average \(average.fixed(2)), \(others) other threads runnable now, \(cpus) CPUs",
      why: "the measuring process has no CPU to itself: it is interrupted and finds cold caches"
    )
  }

  private var otherProcesses: Finding? {
    let tolerated = 0.05
    guard let watch = idleTime, watch.spent.busy > tolerated * watch.seconds else { return nil }
    return Finding(
      what: "other processes used \(watch.share(watch.spent.busy)) of a CPU over "
        + "\(watch.seconds.fixed(1)) s",
      why: "they take shared cache and memory bandwidth, and turns on the measuring CPU"
    )
  }
}

extension Checkup.Watch {
  fileprivate func share(_ time: Double) -> String { "\((time / seconds * 100).fixed(1)) %" }
}
