/// Which instruction may follow which in one function, as the file has it: a static key's nop is
/// a nop. Instructions go by their index.
struct ControlFlow {
  let code: [Disassembly.Instruction]
  /// What facts count, found out once: an instruction of a loop is in several counts.
  let kinds: [Kinds]
  let successors: [[Int]]
  let predecessors: [[Int]]

  init(_ code: [Disassembly.Instruction]) {
    self.code = code
    let position = Dictionary(uniqueKeysWithValues: code.enumerated().map { ($1.address, $0) })
    let targets = code.map { $0.jumpTarget.flatMap { position[$0] } }
    let targeted = Set(targets.compactMap(\.self))

    var successors = Array(repeating: [Int](), count: code.count)
    var predecessors = successors
    func connect(_ from: Int, _ to: Int) {
      successors[from].append(to)
      predecessors[to].append(from)
    }
    var previousFallsThrough = true
    for (index, instruction) in code.enumerated() {
      // Nops that nothing runs into only align what follows: they are not before it.
      let isPadding = instruction.isNop && !previousFallsThrough && !targeted.contains(index)
      previousFallsThrough = instruction.fallsThrough && !isPadding
      if let target = targets[index] { connect(index, target) }
      if previousFallsThrough, index + 1 < code.count { connect(index, index + 1) }
    }
    self.successors = successors
    self.predecessors = predecessors
    kinds = code.map { Kinds($0, within: code) }
  }

  /// What an instruction counts as.
  struct Kinds: OptionSet {
    let rawValue: UInt8

    static let conditionalJump = Kinds(rawValue: 1 << 0)
    static let unconditionalJump = Kinds(rawValue: 1 << 1)
    static let conditionalMove = Kinds(rawValue: 1 << 2)
    static let load = Kinds(rawValue: 1 << 3)
    static let store = Kinds(rawValue: 1 << 4)
    static let locked = Kinds(rawValue: 1 << 5)
    /// Control may leave for another function: a call, a jump out of this one, or an indirect jump,
    /// of which nothing says that it stays.
    static let call = Kinds(rawValue: 1 << 6)
  }

  /// Whether a conditional jump or move decides on bit 0 of a value: the flags come, on the only
  /// way here, from an instruction that tests it.
  func decidesOnBit0(_ index: Int) -> Bool {
    guard let flag = code[index].testedFlag else { return false }
    var setter = index
    for _ in code.indices {
      // The first instruction also has the caller before it.
      guard setter != 0, predecessors[setter].count == 1 else { return false }
      setter = predecessors[setter][0]
      guard code[setter].preservesFlags else { return code[setter].flagOfBit0 == flag }
    }
    return false
  }

  /// The natural loops: for each header its body, ascending. An edge leads back when its target
  /// dominates its source; the body is all that reaches such a source without passing the header.
  ///
  /// That includes an arm which nothing enters in the file but which leads back into the loop: a
  /// static key's, entered once its nop is patched to a jump.
  func naturalLoops() -> [(header: Int, body: [Int])] {
    let live = reachable(from: [0], along: successors, avoiding: nil)
    return code.indices.compactMap { header in
      // The way in and the way back; the first instruction's way in is the call.
      guard live[header], predecessors[header].count >= (header == 0 ? 1 : 2) else { return nil }
      let around = reachable(from: [0], along: successors, avoiding: header)
      let latches = predecessors[header].filter { live[$0] && !around[$0] }
      guard !latches.isEmpty else { return nil }
      let body = reachable(from: latches, along: predecessors, avoiding: header)
      return (header, code.indices.filter { body[$0] || $0 == header })
    }
  }

  func reachable(
    from starts: [Int],
    along edges: [[Int]],
    avoiding avoided: Int?
  ) -> [Bool] {
    var reached = Array(repeating: false, count: code.count)
    var open = starts
    while let index = open.popLast() {
      guard index != avoided, !reached[index] else { continue }
      reached[index] = true
      open += edges[index]
    }
    return reached
  }
}

extension ControlFlow.Kinds {
  init(_ instruction: Disassembly.Instruction, within code: [Disassembly.Instruction]) {
    self = []
    if instruction.isConditionalJump { insert(.conditionalJump) }
    if instruction.isUnconditionalJump { insert(.unconditionalJump) }
    if instruction.isConditionalMove { insert(.conditionalMove) }
    if instruction.readsMemory { insert(.load) }
    if instruction.writesMemory { insert(.store) }
    if instruction.isLocked { insert(.locked) }
    if instruction.isCallInstruction {
      insert(.call)
    } else if !isDisjoint(with: [.conditionalJump, .unconditionalJump]) {
      guard let target = instruction.jumpTarget, let first = code.first, let last = code.last
      else {
        insert(.call)
        return
      }
      if target < first.address || target > last.address { insert(.call) }
    }
  }
}
