extension Disassembly {
  /// A static branch of the test for fake heads, and what the compiler made around it.
  public struct HeadSite: Equatable, Sendable {
    /// How a value is chosen.
    public enum Choice: String, Sendable {
      case jump, cmov
    }

    /// Of the nop.
    public let address: UInt64
    /// On bit 0 of the page's own word, before the nop or just behind it; nil where none was found,
    /// as at a test of PageHead() or of a count.
    public let tailTest: Choice?
    /// On bit 0 of page[1]'s word; nil where none was found.
    public let answer: Choice?
    /// Load, test, jump and nop; nil where not all of them were found.
    public let inLineBytes: Int?
    /// What only the taken branch leads to. Two sites may share it.
    public let armBytes: Int
    /// What the tail test leads to, up to where it goes back: some decrement and a jump. 0 where it
    /// goes on elsewhere.
    public let tailBytes: Int
    /// Whether the arm begins with a load of the reference count: form C of page_ref_add_unless().
    public let readsCountFirst: Bool
    /// Whether a `cmpxchg` of a reference count comes soon after.
    public let precedesExchange: Bool
  }

  /// Where `struct page` has its reference count, on x86-64.
  public static let countOffset = 0x34
}

extension Disassembly.HeadSite {
  /// How far around a nop its tail test is looked for.
  private static let reach = 12
  /// How far behind a nop the exchange is looked for.
  private static let exchangeReach = 40

  /// The sites of a function, in the order given.
  ///
  /// - Parameters:
  ///   - code: from its entry on, with its cold part, if it has one, last.
  ///   - branches: address and target of each nop of the key.
  ///   - others: targets of other keys' branches, which are no arm of this one.
  /// - Returns: nil for a branch that `code` does not have.
  public static func all(
    of branches: [(code: UInt64, target: UInt64)], others: [UInt64],
    in code: [Disassembly.Instruction]
  ) -> [Disassembly.HeadSite?] {
    let flow = ControlFlow(code)
    let positions = Dictionary(code.enumerated().map { ($1.address, $0) }) { first, _ in first }
    let live = flow.reachable(
      from: [0] + others.compactMap { positions[$0] }, along: flow.successors, avoiding: nil)
    return branches.map { branch in
      guard let nop = positions[branch.code], let target = positions[branch.target] else {
        return nil
      }
      return Self(nop: nop, target: target, flow: flow, live: live)
    }
  }

  private init(nop: Int, target: Int, flow: ControlFlow, live: [Bool]) {
    let code = flow.code
    address = code[nop].address
    let arm = Self.walk(from: target, along: flow.successors, limit: .max) { !live[$0] }
    armBytes = arm.reduce(0) { $0 + code[$1].bytes }

    let before = Self.walk(from: nop, along: flow.predecessors, limit: Self.reach) { _ in true }
    let after = Self.walk(from: nop, along: flow.successors, limit: Self.reach) { _ in true }
    let decisions = before.filter(flow.decidesOnBit0)
    let jump = decisions.first { code[$0].isConditionalJump }
    let isMoved = (decisions + after.filter(flow.decidesOnBit0)).contains {
      code[$0].isConditionalMove
    }
    tailTest = jump != nil ? .jump : isMoved ? .cmov : nil
    inLineBytes = jump.flatMap { Self.testBytes(jump: $0, flow) }.map { $0 + code[nop].bytes }
    tailBytes = jump.map { Self.tailBytes(jump: $0, nop: nop, flow) } ?? 0

    // The order of a walk is that of distance: the first load of page[1] is the test's.
    let second = arm.first { index in
      code[index].readsMemory
        && code[index].operands.contains {
          Disassembly.Instruction.displacement($0) == Self.secondWord
        }
    }
    answer = second.flatMap { load in
      Self.walk(from: load, along: flow.successors, limit: Self.reach) { _ in true }
        .first { index in
          (code[index].isConditionalJump || code[index].isConditionalMove)
            && flow.decidesOnBit0(index)
        }
        .map { code[$0].isConditionalJump ? .jump : .cmov }
    }
    readsCountFirst = arm.prefix(Self.firstOfArm).contains {
      code[$0].wordLoad?.displacement == Disassembly.countOffset
    }
    precedesExchange = Self.walk(
      from: nop, along: flow.successors, limit: Self.exchangeReach
    ) { _ in true }.contains { code[$0].isCountExchange }
  }

  /// Of page[1]'s word, from the page on: 64 + 8.
  private static let secondWord = 0x48
  /// A count is loaded at once, or after a register was set; a test of the address would come first.
  private static let firstOfArm = 2

  /// What is reached from `start` on, itself included, the nearest first; at most `limit` steps far.
  private static func walk(
    from start: Int, along edges: [[Int]], limit: Int, where isAllowed: (Int) -> Bool
  ) -> [Int] {
    guard isAllowed(start) else { return [] }
    var found = [start]
    var seen: Set = [start]
    var first = 0
    var steps = 0
    while first < found.count, steps < limit {
      let last = found.count
      for index in found[first..<last] {
        for next in edges[index] where isAllowed(next) && seen.insert(next).inserted {
          found.append(next)
        }
      }
      first = last
      steps += 1
    }
    return found
  }

  /// The bytes of a jump on bit 0 of a word, of what tests it and what loads it; nil where the word was
  /// not loaded from a page nearby.
  private static func testBytes(jump: Int, _ flow: ControlFlow) -> Int? {
    let code = flow.code
    let before = walk(from: jump, along: flow.predecessors, limit: reach) { _ in true }.dropFirst()
    guard let test = before.first(where: { !code[$0].preservesFlags }),
      let register = code[test].operands.last.flatMap(Disassembly.Instruction.register)
    else { return nil }
    let load = walk(from: test, along: flow.predecessors, limit: reach) { _ in true }.first {
      code[$0].wordLoad.map { $0.register == register && $0.displacement == 8 } ?? false
    }
    return load.map { code[$0].bytes + code[test].bytes + code[jump].bytes }
  }

  /// Of the arm that the tail test leads to, where it does nothing but take 1 away, copy and go on.
  private static func tailBytes(jump: Int, nop: Int, _ flow: ControlFlow) -> Int {
    let code = flow.code
    guard let address = code[jump].jumpTarget,
      let target = code.firstIndex(where: { $0.address == address }), target != nop
    else { return 0 }
    var bytes = 0
    for instruction in code[target...].prefix(4) {
      bytes += instruction.bytes
      if instruction.isUnconditionalJump { return bytes }
      guard
        instruction.lessOne != nil
          || instruction.isOne(of: ["mov"]) && instruction.registerPair != nil
      else { return 0 }
    }
    return 0
  }
}

extension Disassembly.Instruction {
  /// Whether it compares and swaps at the place of a page's reference count; with a lock or without,
  /// which a kernel takes away that runs on one CPU.
  public var isCountExchange: Bool {
    isOne(of: ["cmpxchg"])
      && operands.last.flatMap(Self.displacement) == Disassembly.countOffset
  }
}
