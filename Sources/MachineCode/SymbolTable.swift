/// A function's name and the addresses that its code takes.
struct Symbol: Equatable {
  let name: String
  let range: Range<UInt64>
}

/// What `objdump -t` prints:
///
///     0000000000000840 g     F .text	0000000000000008 .hidden tail_call
///     address          flags   section  size          [visibility] name
struct SymbolTable {
  /// The functions that this binary defines. One without a size (hand-written assembly) has no end
  /// that could be trusted, and is left out.
  let functions: [Symbol]
  let isStripped: Bool

  init(parsing text: String) {
    var functions: [Symbol] = []
    var isStripped = true
    for line in text.lines {
      // The flags are seven columns, the last of which is the type of the symbol.
      let fields = line.utf8.split(separator: UInt8(ascii: "\t"))
      let flags = line.utf8.dropFirst(17).prefix(7)
      guard
        fields.count == 2, flags.count == 7,
        let address = UInt64(Substring(line.utf8.prefix(16)), radix: 16)
      else { continue }
      isStripped = false
      guard flags.last == UInt8(ascii: "F") else { continue }
      let entry = fields[1].split(separator: UInt8(ascii: " "))
      guard entry.count >= 2, let size = UInt64(Substring(entry[0]), radix: 16), size > 0
      else { continue }
      let (end, overflow) = address.addingReportingOverflow(size)
      guard !overflow else { continue }
      let name = String(Substring(entry[entry.count - 1]))
      functions.append(Symbol(name: name, range: address..<end))
    }
    self.functions = functions
    self.isStripped = isStripped
  }
}

extension String {
  /// Splitting bytes is many times faster than splitting characters.
  var lines: some Sequence<Substring> {
    utf8.split(separator: UInt8(ascii: "\n")).lazy.map { Substring($0) }
  }
}
