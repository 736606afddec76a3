import Testing

@testable import MachineCode

@Suite("What objdump prints, of GNU and of LLVM")
struct ListingTests {
  enum Flavour: CaseIterable {
    case gnu
    case llvm

    var symbols: String { self == .gnu ? Printed.gnuSymbols : Printed.llvmSymbols }
    var code: String { self == .gnu ? Printed.gnuCode : Printed.llvmCode }

    func function(_ name: String) throws -> Disassembly.Function {
      let table = SymbolTable(parsing: symbols)
      let symbol = try #require(table.functions.first { $0.name == name })
      return Disassembly.Function(
        symbol: name,
        code: try Listing(parsing: code).code(of: symbol)
      )
    }
  }

  @Test(
    "The symbol table gives sized functions, local and global, and no data",
    arguments: Flavour.allCases
  )
  func symbols(flavour: Flavour) {
    let table = SymbolTable(parsing: flavour.symbols)
    #expect(!table.isStripped)
    #expect(
      table.functions == [
        Symbol(name: "tiny_local", range: 0x1420..<0x1426),
        Symbol(name: "tiny_branch", range: 0x1330..<0x1363),
        Symbol(name: "tiny_retry", range: 0x1370..<0x1380),
        Symbol(name: "tiny_bits", range: 0x1380..<0x13bb),
        Symbol(name: "tiny_memory", range: 0x13c0..<0x1420),
        Symbol(name: "tiny_tail", range: 0x1430..<0x1435),
      ]
    )
  }

  @Test("A hidden symbol goes by its name, one without a size is no function")
  func oddSymbols() {
    let table = SymbolTable(
      parsing: """
        SYMBOL TABLE:
        0000000000000010 l     F .text\t0000000000000008              .hidden tiny_hidden
        0000000000000020 g     F .text\t0000000000000000              tiny_endless
        fffffffffffffff0 g     F .text\t0000000000000011              tiny_beyond
        0000000000000000       F *UND*\t0000000000000000              puts@GLIBC_2.2.5
        """
    )
    #expect(table.functions == [Symbol(name: "tiny_hidden", range: 0x10..<0x18)])
  }

  @Test(
    "A table without entries is stripped",
    arguments: [
      "SYMBOL TABLE:\nno symbols\n",
      "tiny:\tfile format elf64-x86-64\n\nSYMBOL TABLE:\n",
    ]
  )
  func strippedSymbols(text: String) {
    #expect(SymbolTable(parsing: text).isStripped)
  }

  @Test(
    "A function ends where its symbol does, before the padding",
    arguments: Flavour.allCases
  )
  func padding(flavour: Flavour) throws {
    let function = try flavour.function("tiny_branch")
    let last = try #require(function.instructions.last)
    #expect(last.address == 0x1361)
    #expect(last.bytes == 2)
    #expect(
      function.facts
        == facts(
          "tiny_branch",
          bytes: 51,
          instructions: 16,
          conditionalJumps: 2,
          conditionalJumpsOnBit0: 1,
          unconditionalJumps: 2,
          loads: 2
        )
    )
  }

  @Test(
    "A loop takes in the arm behind it that leads back",
    arguments: Flavour.allCases
  )
  func outOfLineArm(flavour: Flavour) throws {
    let function = try flavour.function("tiny_branch")
    #expect(
      function.loopBody.map(\.address) == [
        0x1340, 0x1344, 0x1349, 0x134d, 0x134f, 0x1352, 0x1355, 0x1358, 0x135b, 0x135e, 0x1361,
      ]
    )
    #expect(
      function.loopFacts
        == facts(
          "tiny_branch",
          bytes: 34,
          instructions: 11,
          conditionalJumps: 2,
          conditionalJumpsOnBit0: 1,
          unconditionalJumps: 1,
          loads: 2
        )
    )
  }

  @Test(
    "A lock prefix belongs to its instruction",
    arguments: Flavour.allCases
  )
  func lockPrefix(flavour: Flavour) throws {
    let function = try flavour.function("tiny_retry")
    let exchange = try #require(function.instructions.first { $0.isLocked })
    #expect(exchange.address == 0x1379)
    #expect(exchange.bytes == 4)
    #expect(exchange.prefixes == ["lock"])
    #expect(exchange.operands == ["%ecx", "(%rdi)"])
    #expect(exchange.description.hasPrefix("lock cmpxchg"))
    #expect(
      function.loopFacts
        == facts(
          "tiny_retry",
          bytes: 13,
          instructions: 5,
          conditionalJumps: 2,
          loads: 1,
          stores: 1,
          locked: 1
        )
    )
  }

  @Test(
    "A decision on bit 0 is told from one on another bit, another flag, another byte",
    arguments: Flavour.allCases
  )
  func bits(flavour: Flavour) throws {
    let expected = facts(
      "tiny_bits",
      bytes: 59,
      instructions: 21,
      conditionalJumps: 6,
      conditionalJumpsOnBit0: 2,
      conditionalMoves: 3,
      conditionalMovesOnBit0: 2,
      unconditionalJumps: 1,
      loads: 1
    )
    #expect(try flavour.function("tiny_bits").facts == expected)
  }

  @Test(
    "Loads and stores are the operands that name memory, not the stack, addresses or hints",
    arguments: Flavour.allCases
  )
  func memory(flavour: Flavour) throws {
    let function = try flavour.function("tiny_memory")
    #expect(
      function.facts
        == facts(
          "tiny_memory",
          bytes: 96,
          instructions: 27,
          conditionalJumps: 1,
          loads: 12,
          stores: 9,
          locked: 2,
          calls: 4
        )
    )
    func addresses(_ isOne: (Disassembly.Instruction) -> Bool) -> [UInt64] {
      function.instructions.filter(isOne).map(\.address)
    }
    #expect(
      addresses(\.readsMemory) == [
        0x13c1, 0x13da, 0x13dd, 0x13e6, 0x13e9, 0x13eb, 0x13ee, 0x13f3, 0x13fa, 0x13fd, 0x1405,
        0x1414,
      ]
    )
    #expect(
      addresses(\.writesMemory) == [
        0x13e9, 0x13eb, 0x13ee, 0x13f3, 0x13f7, 0x13fa, 0x1401, 0x1407, 0x1411,
      ]
    )
    #expect(addresses(\.isLocked) == [0x13ee, 0x13f3])
  }

  @Test(
    "A jump to another function is a call, and so is one through memory",
    arguments: Flavour.allCases
  )
  func tailCalls(flavour: Flavour) throws {
    let direct = try flavour.function("tiny_tail").facts
    #expect(direct == facts("tiny_tail", bytes: 5, instructions: 2, calls: 1))
    let indirect = try flavour.function("tiny_local").facts
    #expect(indirect == facts("tiny_local", bytes: 6, instructions: 1, loads: 1, calls: 1))
  }

  @Test(
    "Code that the tool does not know, or leaves out, is an error with its address",
    arguments: [
      ("11:\t(bad)", 0x12),
      ("11:      \t<unknown>", 0x12),
      ("11:\t.byte 0x62", 0x12),
      ("11:\tlock", 0x12),
      ("11:\tret\n\t...", 0x30),
      ("11:\tret\n  10:\tnop", 0x12),
    ] as [(String, UInt64)]
  )
  func undecodable(last: String, end: UInt64) {
    let text = "Disassembly of section .text:\n  10:\tnop\n  \(last)\n"
    let symbol = Symbol(name: "tiny", range: 0x10..<end)
    #expect(throws: MachineCodeError.undecodable(symbol: "tiny", address: 0x11)) {
      try Listing(parsing: text).code(of: symbol)
    }
    let elsewhere = Symbol(name: "tiny", range: 0x40..<0x41)
    #expect(throws: MachineCodeError.undecodable(symbol: "tiny", address: 0x40)) {
      try Listing(parsing: text).code(of: elsewhere)
    }
  }
}

/// The facts with these counts; those not named are zero.
private func facts(
  _ symbol: String,
  bytes: Int,
  instructions: Int,
  conditionalJumps: Int = 0,
  conditionalJumpsOnBit0: Int = 0,
  conditionalMoves: Int = 0,
  conditionalMovesOnBit0: Int = 0,
  unconditionalJumps: Int = 0,
  loads: Int = 0,
  stores: Int = 0,
  locked: Int = 0,
  calls: Int = 0
) -> FunctionFacts {
  FunctionFacts(
    symbol: symbol,
    bytes: bytes,
    instructions: instructions,
    conditionalJumps: conditionalJumps,
    conditionalJumpsOnBit0: conditionalJumpsOnBit0,
    conditionalMoves: conditionalMoves,
    conditionalMovesOnBit0: conditionalMovesOnBit0,
    unconditionalJumps: unconditionalJumps,
    loads: loads,
    stores: stores,
    locked: locked,
    calls: calls
  )
}
