extension Disassembly {
  /// An atomic change at the place of a page's reference count, by what the code around it does.
  ///
  /// Other structures may have a count at that offset, and so be taken for pages.
  public struct CountUpdate: Equatable, Sendable {
    public enum Shape: String, CaseIterable, Sendable {
      /// A compare-and-swap with what was loaded from the count: `page_ref_add_unless()` in forms A to D,
      /// which are the same from there on.
      case loadsFirst
      /// A compare-and-swap that assumes 1 wherever it is come from, and whose new value is not known to
      /// be 0: form E.
      case assumesOne
      /// A compare-and-swap whose new value is 0: `page_ref_freeze()`.
      case freezes
      /// A compare-and-swap with something else: what another one has seen, or a number from elsewhere.
      case otherExchange
      /// An addition, and the first decision behind it is by the sign of the sum: form F. A refcount_t
      /// looks for 0 first.
      case addsAndTestsSign

      public var isExchange: Bool { self != .addsAndTestsSign }
    }

    /// Of the locked instruction.
    public let address: UInt64
    public let shape: Shape

    /// All in a function's instructions, its cold part last.
    public static func all(in code: [Instruction]) -> [CountUpdate] {
      guard code.contains(where: \.changesCount) else { return [] }
      let flow = ControlFlow(code)
      return code.indices.compactMap { index in
        let shape = code[index].isCountExchange ? exchange(index, flow) : addition(index, flow)
        return shape.map { CountUpdate(address: code[index].address, shape: $0) }
      }
    }

    private static func exchange(_ index: Int, _ flow: ControlFlow) -> Shape {
      let accumulator = 0
      let sources = ValueSource.all(of: accumulator, before: index, flow)
      let new = flow.code[index].operands.first.flatMap(Instruction.register)
      let becomesZero =
        new.map { ValueSource.all(of: $0, before: index, flow) == [.constant(0)] } ?? false
      if becomesZero { return .freezes }
      if sources == [.constant(1)] { return .assumesOne }
      return sources.contains(.count) ? .loadsFirst : .otherExchange
    }

    /// How far behind an addition its decision is looked for.
    private static let reach = 8
    /// LLVM puts a size suffix behind that of a move.
    private static let bySign: Set = ["s", "ns", "sl", "nsl", "sq", "nsq"]

    private static func addition(_ index: Int, _ flow: ControlFlow) -> Shape? {
      let instruction = flow.code[index]
      guard instruction.isCountAddition else { return nil }
      if let amount = instruction.operands.first {
        let isNegative: (Int) -> Bool = { $0 < 0 || Int32(truncatingIfNeeded: $0) < 0 }
        if let number = Instruction.immediate(amount), isNegative(number) { return nil }
        if let register = Instruction.register(amount) {
          for case .constant(let number) in ValueSource.all(of: register, before: index, flow)
          where isNegative(number) { return nil }
        }
      }
      // The nearest decision; what is on both sides of a jump comes later. Its flags are the sum's.
      var sum =
        instruction.isOne(of: ["xadd"])
        ? Set([instruction.operands.first.flatMap(Instruction.register)].compactMap(\.self)) : []
      var isOfSum = !instruction.isOne(of: ["xadd"])
      for next in flow.code[(index + 1)...].prefix(reach) {
        if let condition = next.condition {
          return isOfSum && bySign.contains(condition) ? .addsAndTestsSign : nil
        }
        guard next.fallsThrough, !next.isCallInstruction else { return nil }
        let destination = next.operands.last.flatMap(Instruction.register)
        if let destination, let base = next.copiedRegister, sum.contains(base) {
          sum.insert(destination)
        }
        if !next.preservesFlags { isOfSum = destination.map(sum.contains) ?? false }
      }
      return nil
    }
  }
}

/// Where a register's value comes from, as far as copies lead.
enum ValueSource: Hashable {
  case constant(Int)
  /// A load of what may be a page's count.
  case count
  case other

  /// All that may reach an instruction.
  static func all(of register: Int, before index: Int, _ flow: ControlFlow) -> Set<ValueSource> {
    struct Place: Hashable {
      let index: Int
      let register: Int
    }
    var sources: Set<ValueSource> = []
    var seen: Set<Place> = []
    var open = flow.predecessors[index].map { Place(index: $0, register: register) }
    // The first instruction's other predecessor is the caller.
    if index == 0 { sources.insert(.other) }
    while let place = open.popLast() {
      guard seen.insert(place).inserted else { continue }
      let instruction = flow.code[place.index]
      var register = place.register
      if instruction.isOne(of: ["cmpxchg"]) {
        // What a failed exchange has seen is another look at the same count.
        if register == 0 { continue }
      } else if instruction.writes(register) {
        if instruction.isOne(of: ["mov"]), let pair = instruction.registerPair {
          register = pair.source
        } else {
          sources.insert(source(instruction))
          continue
        }
      } else if instruction.isCallInstruction, !preservedByCalls.contains(register) {
        sources.insert(.other)
        continue
      }
      if place.index == 0 { sources.insert(.other) }
      open += flow.predecessors[place.index].map { Place(index: $0, register: register) }
    }
    return sources
  }

  /// rbx, rbp, r12 to r15.
  private static let preservedByCalls: Set = [3, 5, 12, 13, 14, 15]

  private static func source(_ instruction: Disassembly.Instruction) -> ValueSource {
    if instruction.wordLoad?.displacement == Disassembly.countOffset { return .count }
    if instruction.isOne(of: ["mov"]),
      let number = instruction.operands.first.flatMap(Disassembly.Instruction.immediate)
    {
      return .constant(number)
    }
    if instruction.isOne(of: ["xor"]), let pair = instruction.registerPair,
      pair.source == pair.destination
    {
      return .constant(0)
    }
    return .other
  }
}

extension Disassembly.Instruction {
  /// Whether it may be an atomic change of a page's reference count.
  fileprivate var changesCount: Bool { isCountExchange || isCountAddition }

  /// With a lock or without, as for exchanges; but an addition without one is common, and not meant.
  fileprivate var isCountAddition: Bool {
    (isOne(of: ["xadd"]) || isLocked && isOne(of: ["add", "inc"]))
      && operands.last.flatMap(Self.displacement) == Disassembly.countOffset
  }

  /// The register that a copy, or an address that counts on from one, is made of.
  fileprivate var copiedRegister: Int? {
    if isOne(of: ["mov"]) { return registerPair?.source }
    guard isOne(of: ["lea"]), let open = operands.first?.firstIndex(of: "("),
      let base = operands.first?[open...].dropFirst().prefix(while: { $0 != "," && $0 != ")" })
    else { return nil }
    return Self.register(String(base))
  }

  fileprivate func writes(_ register: Int) -> Bool {
    // GNU prints a nop as an exchange.
    !isNop
      && (changedRegister == register
        || isOne(of: ["xadd", "xchg"]) && operands.first.flatMap(Self.register) == register)
  }

  /// What a conditional jump, move or set decides by, such as "ns".
  fileprivate var condition: String? {
    if isConditionalMove { return String(mnemonic.dropFirst(4)) }
    if isConditionalJump { return String(mnemonic.dropFirst(1)) }
    return mnemonic.hasPrefix("set") ? String(mnemonic.dropFirst(3)) : nil
  }
}
