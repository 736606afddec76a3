public import Processes

/// Why the machine code of a binary could not be read, in one line, with the way out.
public enum MachineCodeError: Error, Equatable {
  case unreadable(_ path: String)
  case notLinkedX86(_ path: String)
  case stripped(_ path: String)
  case symbolNotFound(_ symbol: String, binary: String)
  case noSymbolWithPrefix(_ prefix: String, binary: String)
  case noLoop(_ symbol: String)
  case objdumpNotFound(searchPath: String)
  case objdumpFailed(ProcessError)
  case undecodable(symbol: String, address: UInt64)
}

extension MachineCodeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let path):
      "cannot read '\(path)': build it first, or give the path of a readable binary"
    case .notLinkedX86(let path):
      "'\(path)' is not a linked x86-64 ELF binary: give an executable or a shared library"
    case .stripped(let path):
      "'\(path)' has no symbol table: build it without -s and do not strip it"
    case .symbolNotFound(let symbol, let binary):
      "'\(binary)' defines no function '\(symbol)': list what it defines with 'nm \(binary)'"
    case .noSymbolWithPrefix(let prefix, let binary):
      "'\(binary)' defines no function '\(prefix)...': list what it defines with 'nm \(binary)'"
    case .noLoop(let symbol):
      """
      '\(symbol)' has no loop, as in builds without optimisation: build it with \
      'swift build -c release'
      """
    case .objdumpNotFound(let searchPath):
      """
      no llvm-objdump or objdump on PATH '\(searchPath)' nor beside its swift: \
      install binutils ('apt-get install binutils')
      """
    case .objdumpFailed(let error): error.description
    case .undecodable(let symbol, let address):
      """
      objdump cannot decode '\(symbol)' at \(address.hex): put the swift that built it first on \
      PATH, whose llvm-objdump knows its instructions
      """
    }
  }
}

extension UInt64 {
  var hex: String { "0x" + String(self, radix: 16) }
}
