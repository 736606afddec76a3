import MachineCode

extension KernelText {
  /// The functions that cold parts were moved out of, by the address of the part: the only one of the
  /// name, or else the only one of these that leads there. Parts of which it can't be told are left out.
  ///
  /// - Parameters:
  ///   - code: of functions, by their address.
  ///   - branches: what leads elsewhere when it is no nop.
  func wholes(
    ofColdParts parts: [Function], code: [UInt64: [Disassembly.Instruction]],
    branches: [JumpTable.Entry]
  ) -> [UInt64: Function] {
    let names = Set(parts.map(\.wholeName))
    let candidates = Dictionary(grouping: functions.filter { names.contains($0.name) }, by: \.name)
    var wholes: [UInt64: Function] = [:]
    for part in parts {
      let named = candidates[part.wholeName, default: []]
      let known =
        named.count == 1
        ? named
        : named.filter { function in
          code[function.address, default: []].contains { $0.jumpTarget.map(part.holds) ?? false }
            || branches.contains { function.holds($0.code) && part.holds($0.target) }
        }
      if known.count == 1 { wholes[part.address] = known[0] }
    }
    return wholes
  }
}
