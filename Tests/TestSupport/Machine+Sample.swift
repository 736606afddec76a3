public import Host

extension Machine {
  public static var sample: Machine {
    var machine = Machine(architecture: "x86_64", basePageSize: 4096)
    machine.cpuModel = "AMD EPYC"
    machine.logicalCPUs = 2
    return machine
  }
}
