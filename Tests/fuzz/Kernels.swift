import SystemPackage

@testable import Host
@testable import Kernel
@testable import KernelBinary
@testable import MachineCode

func readBTF(_ bytes: [UInt8]) throws {
  let btf = try BTF(bytes)
  for id in 1..<btf.typeCount {
    guard let record = try? btf.record(id), let name = try? btf.name(at: record.nameOffset) else {
      continue
    }
    _ = try? btf.structure(named: name)
    _ = try? btf.enumerators(of: name)
  }
  let page = try KernelStructPage(btf, path: "btf")
  let fields = [(["flags"], 0), (["lru.next", "compound_head"], 8), (["_refcount.counter"], 52)]
  _ = try page.compared(
    with: fields.map { .init(names: $0, offset: $1, size: 8) }, size: 64)
}

/// A vmlinux, and a program's build id.
func readELF(_ bytes: [UInt8]) throws {
  let path = directory.appending("elf")
  try path.write(bytes)
  _ = BuildID.read(path)
  try? Disassembly.requireLinkedX86(path.string)
  guard bytes.starts(with: ELFImage.magic) else { return }
  _ = try? ELFImage(ImageBytes(unpacked: bytes, from: path), isCore: true).symbolTable()
  try readCode(KernelImage(file: path))
}

/// A vmlinuz, which other programs unpack.
func readBootImage(_ bytes: [UInt8]) throws {
  let path = directory.appending("vmlinuz")
  try path.write(bytes)
  guard !bytes.starts(with: ELFImage.magic) else { return }
  try readCode(KernelImage(file: path))
}

private func readCode(_ image: KernelImage) throws {
  let table = try JumpTable(image)
  let key = image.address(ifPresent: CodeSurvey.keyName)
  let own = table.entries.filter { $0.key == key }.sorted { $0.code < $1.code }
  let text = try KernelText(image, branches: own)
  for function in text.functions {
    _ = function.mayMask || function.mayChangeCount
    require(
      text.function(holding: function.address)?.address == function.address,
      "\(function.name) is not found at its place")
  }
}

func readKallsyms(_ bytes: [UInt8]) throws {
  _ = KernelSymbol.parse(bytes)
}

/// What objdump says of symbols, and then of instructions.
func readObjdump(_ bytes: [UInt8]) throws {
  let text = String(decoding: bytes, as: UTF8.self)
  let listing = Listing(parsing: text)
  for symbol in SymbolTable(parsing: text).functions {
    guard let code = try? listing.code(of: symbol) else { continue }
    let function = Disassembly.Function(symbol: symbol.name, code: code)
    require(
      function.facts.bytes <= 15 * code.count && function.loopFacts.bytes <= function.facts.bytes,
      "more bytes than instructions have")
    _ = Disassembly.CountUpdate.all(in: code)
    _ = Disassembly.MaskSequence.all(in: code)
    // Each costs a walk through all of the function.
    let places = code.prefix(8).map { ($0.address, $0.jumpTarget ?? $0.address) }
    _ = Disassembly.HeadSite.all(of: places, others: [], in: code)
  }
}
