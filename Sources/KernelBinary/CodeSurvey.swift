public import MachineCode

/// What the machine code of a kernel does where it looks for a page's head.
///
/// Counts of static branches are exact; all else is by patterns of instructions, which see what they
/// know and no more.
public struct CodeSurvey: Sendable {
  /// A function with its cold part.
  ///
  /// Static functions share names, so that the address tells which one it is. A cold part is a function of
  /// its own, with ".cold" in its name, where it can't be told which of several it belongs to.
  public struct Function: Hashable, Sendable {
    public let name: String
    public let address: UInt64
  }

  /// A static branch on the key that old kernels test for fake heads with.
  public struct Branch: Sendable {
    /// "?" and the branch's own address where no function is.
    public let function: Function
    /// Of the nop: 2 or 5; nil where there is neither a nop nor a jump.
    public let bytes: Int?
    /// Nil where objdump could not read the function, or the branch is not where it says.
    public let site: Disassembly.HeadSite?
  }

  public struct Mask: Sendable {
    public let function: Function
    public let sequence: Disassembly.MaskSequence
  }

  /// The key's name in kernels up to 7.0.
  public static let keyName = "hugetlb_optimize_vmemmap_key"

  public let hasKey: Bool
  /// By address.
  public let branches: [Branch]
  public let masks: [Mask]
  /// Functions with atomic changes at the place of a page's count, and these.
  public let countUpdates: [Function: [Disassembly.CountUpdate]]
  /// Functions with bytes that objdump could not decode.
  public let unread: [String]

  /// Reads the jump table, searches all functions' bytes, and disassembles those that matter: some
  /// seconds.
  ///
  /// - Throws: ``KernelImageError``, and ``MachineCodeError`` where objdump is not there or fails.
  public init(_ image: KernelImage) throws {
    let table = try JumpTable(image)
    let key = image.address(ifPresent: Self.keyName)
    hasKey = key != nil
    let own = table.entries.filter { $0.key == key }.sorted { $0.code < $1.code }
    let text = try KernelText(image, branches: own)

    // All of a name, because a cold part may be of any of them.
    let names = Set(
      own.flatMap { [$0.code, $0.target] }.compactMap { text.function(holding: $0)?.wholeName }
        + text.functions.filter { $0.mayMask || $0.mayChangeCount }.map(\.wholeName))
    let wanted = text.functions.filter { names.contains($0.wholeName) }
    let listings = try Disassembly.read(
      wanted.map { .init(name: $0.name, address: $0.address, bytes: $0.bytes) })
    unread = zip(wanted, listings).filter { $1 == nil }.map(\.0.name)

    let listed = Dictionary(
      uniqueKeysWithValues: zip(wanted, listings).map { ($0.address, $1 ?? []) })
    let parts = wanted.filter(\.isColdPart)
    let wholes = text.wholes(ofColdParts: parts, code: listed, branches: table.entries)
    func function(of part: KernelText.Function) -> Function {
      let whole = wholes[part.address] ?? part
      return Function(name: whole.name, address: whole.address)
    }
    // A function begins with its entry, wherever its cold part is.
    var code: [Function: [Disassembly.Instruction]] = [:]
    for part in wanted.filter({ !$0.isColdPart }) + parts {
      code[function(of: part), default: []] += listed[part.address, default: []]
    }
    var countUpdates: [Function: [Disassembly.CountUpdate]] = [:]
    var masks: [Mask] = []
    for (function, instructions) in code {
      let updates = Disassembly.CountUpdate.all(in: instructions)
      if !updates.isEmpty { countUpdates[function] = updates }
      masks += Disassembly.MaskSequence.all(in: instructions).map {
        Mask(function: function, sequence: $0)
      }
    }
    self.countUpdates = countUpdates
    self.masks = masks.sorted { $0.sequence.address < $1.sequence.address }

    var sites: [UInt64: Disassembly.HeadSite] = [:]
    let functions = own.map { entry in
      text.function(holding: entry.code).map(function) ?? Function(name: "?", address: entry.code)
    }
    let others = table.entries.filter { $0.key != key }.map(\.target).sorted()
    for (function, branches) in Dictionary(grouping: zip(functions, own), by: \.0) {
      guard let instructions = code[function], !instructions.isEmpty else { continue }
      let found = Disassembly.HeadSite.all(
        of: branches.map { ($1.code, $1.target) }, others: others, in: instructions)
      for case let site? in found { sites[site.address] = site }
    }
    branches = zip(functions, own).map { function, entry in
      Branch(function: function, bytes: text.nopBytes[entry.code], site: sites[entry.code])
    }
  }
}

extension CodeSurvey {
  /// How many compare-and-swaps at the place of a page's count a function has.
  public func exchanges(of function: Function) -> Int {
    countUpdates[function]?.count(where: \.shape.isExchange) ?? 0
  }
}
