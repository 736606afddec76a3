import MachineCode

/// The functions of a kernel, with their bytes; branches of the key are nops, whatever they are now.
struct KernelText {
  struct Function {
    let name: String
    let address: UInt64
    let bytes: [UInt8]

    func holds(_ place: UInt64) -> Bool {
      place >= address && place - address < UInt64(bytes.count)
    }

    /// Whether the compiler moved it out of another function.
    var isColdPart: Bool { name.hasSuffix(Self.coldSuffix) }

    /// The name without what the compiler adds to that of a cold part.
    var wholeName: String { isColdPart ? String(name.dropLast(Self.coldSuffix.count)) : name }

    private static let coldSuffix = ".cold"

    /// Whether `and $1` stands in it, and soon after something that may take 1 away: what to
    /// disassemble.
    var mayMask: Bool {
      var place = 0
      while let and = bytes.find([0x83], from: place) {
        place = and + 1
        guard and + 3 <= bytes.count, bytes[and + 1] & 0xf8 == 0xe0, bytes[and + 2] == 1 else {
          continue
        }
        let next = bytes[(and + 3)...].prefix(Self.nearby)
        let takesOne = zip(next, next.dropFirst()).contains { first, second in
          first == 0x83 && (second & 0xf8 == 0xe8 || second & 0xf8 == 0xc0)  // sub, add
            || first == 0xff && second & 0xf8 == 0xc8  // dec
            || first == 0x8d && second & 0xc0 == 0x40  // lea with a byte
        }
        if takesOne { return true }
      }
      return false
    }

    private static let nearby = 64

    /// Whether an atomic change may have the displacement of a page's count: `cmpxchg` and `xadd`, and
    /// `lock` before `add` and `inc`.
    var mayChangeCount: Bool {
      [[0x0f, 0xb1], [0x0f, 0xc1]].contains { hasCount(behind: $0) }
        || Self.locks.contains { lock in
          hasCount(behind: lock + [0x01])
            || [0x81, 0x83, 0xff].contains { hasCount(behind: lock + [$0], digit: 0) }
        }
    }

    /// Alone, and with a prefix for one of the registers from r8 on.
    private static let locks: [[UInt8]] = [[0xf0], [0xf0, 0x41], [0xf0, 0x44], [0xf0, 0x45]]

    /// Whether an instruction of this code has a register and the displacement as its place.
    ///
    /// - Parameter digit: what must stand for the other operand, as in "FF /0".
    private func hasCount(behind code: [UInt8], digit: UInt8? = nil) -> Bool {
      var place = 0
      while let found = bytes.find(code, from: place) {
        place = found + 1
        let operand = bytes[(found + code.count)...].prefix(3)
        guard operand.count == 3, let mode = operand.first, mode >> 6 == 1,
          digit == nil || mode >> 3 & 7 == digit
        else { continue }
        // With a base that is told in another byte it comes one further.
        let hasBase = mode & 7 == 4
        if operand[operand.startIndex + (hasBase ? 2 : 1)] == UInt8(Disassembly.countOffset) {
          return true
        }
      }
      return false
    }
  }

  /// By address. Those of `.init.text` too.
  let functions: [Function]
  /// Of a branch's nop, or of the jump in its place.
  let nopBytes: [UInt64: Int]

  /// The longest function that is believed: a name that marks an end, such as `_etext`, has none.
  private static let longest: UInt64 = 1 << 18

  init(_ image: KernelImage, branches: [JumpTable.Entry]) throws(KernelImageError) {
    var functions: [Function] = []
    var nopBytes: [UInt64: Int] = [:]
    let places = branches.map(\.code)
    var next = 0
    // In damaged files, segments may overlap.
    var end: UInt64 = 0
    for segment in image.elf.segments.filter(\.isOfKernel).sorted(by: { $0.address < $1.address }) {
      let symbols = image.functions.filter { segment.holds($0.address) && $0.address >= end }
      guard let first = symbols.first, let last = symbols.last else { continue }
      end = Self.end(of: last, before: segment.end)
      let text = try image.elf.read("code", at: first.address, count: Int(end - first.address))
      for (index, symbol) in symbols.enumerated() {
        let stop = Self.end(
          of: symbol, before: index + 1 < symbols.count ? symbols[index + 1].address : end)
        let start = Int(symbol.address - first.address)
        var bytes = Array(text[start..<Int(stop - first.address)])
        while next < places.count, places[next] < symbol.address { next += 1 }
        while next < places.count, places[next] < stop {
          nopBytes[places[next]] = bytes.makeNop(at: Int(places[next] - symbol.address))
          next += 1
        }
        functions.append(Function(name: symbol.name, address: symbol.address, bytes: bytes))
      }
    }
    self.functions = functions
    self.nopBytes = nopBytes
  }

  private static func end(of symbol: KernelSymbol, before limit: UInt64) -> UInt64 {
    symbol.address + min(limit - symbol.address, longest)
  }

  func function(holding place: UInt64) -> Function? {
    var low = 0
    var high = functions.count
    while low < high {
      let middle = (low + high) / 2
      if functions[middle].address <= place { low = middle + 1 } else { high = middle }
    }
    guard low > 0, functions[low - 1].holds(place) else { return nil }
    return functions[low - 1]
  }
}

extension ELFImage.Segment {
  /// x86-64 maps the kernel into the last 2 GiB; `/proc/kcore` has all of memory too. Since 7.3 code
  /// for the boot lies in a segment that is not marked as code.
  fileprivate var isOfKernel: Bool { address >= 0xffff_ffff_8000_0000 }
}

extension [UInt8] {
  private static let nops: [[UInt8]] = [[0x66, 0x90], [0x0f, 0x1f, 0x44, 0, 0]]

  /// Puts a nop in the place of a static branch that is on.
  ///
  /// - Returns: its length; nil where there is neither nop nor jump, and nothing is changed.
  fileprivate mutating func makeNop(at place: Int) -> Int? {
    for (nop, jump) in zip(Self.nops, [0xeb, 0xe9] as [UInt8])
    where self[place...].starts(with: nop) || self[place] == jump && place + nop.count <= count {
      replaceSubrange(place..<place + nop.count, with: nop)
      return nop.count
    }
    return nil
  }
}
