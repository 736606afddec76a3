public import MachineCode

/// What the machine code of a kernel does where it looks for a page's head.
///
/// Counts of static branches are exact; all else is by patterns of instructions, which see what they
/// know and no more.
public struct CodeSurvey: Sendable {
  /// A static branch on the key that old kernels test for fake heads with.
  public struct Branch: Sendable {
    /// The function's name, of its cold part without ".cold".
    public let function: String
    /// Of the nop: 2 or 5; nil where there is neither a nop nor a jump.
    public let bytes: Int?
    /// Nil where objdump could not read the function, or the branch is not where it says.
    public let site: Disassembly.HeadSite?
  }

  public struct Mask: Sendable {
    public let function: String
    public let sequence: Disassembly.MaskSequence
  }

  /// The key's name in kernels up to 7.0.
  public static let keyName = "hugetlb_optimize_vmemmap_key"

  public let hasKey: Bool
  /// By address.
  public let branches: [Branch]
  public let masks: [Mask]
  /// Functions with atomic changes at the place of a page's count, and these, by address.
  public let countUpdates: [String: [Disassembly.CountUpdate]]
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

    let units = Set(
      own.flatMap { [$0.code, $0.target] }.compactMap { text.function(holding: $0)?.unit })
    let wanted = text.functions.filter {
      units.contains($0.unit) || $0.mayMask || $0.mayChangeCount
    }
    let listings = try Disassembly.read(
      wanted.map { .init(name: $0.name, address: $0.address, bytes: $0.bytes) })
    unread = zip(wanted, listings).filter { $1 == nil }.map(\.0.name)

    // A function and its cold part are one.
    var code: [String: [Disassembly.Instruction]] = [:]
    for (function, listing) in zip(wanted, listings) {
      code[function.unit, default: []] += listing ?? []
    }
    var countUpdates: [String: [Disassembly.CountUpdate]] = [:]
    var masks: [Mask] = []
    for (name, instructions) in code {
      let updates = Disassembly.CountUpdate.all(in: instructions)
      if !updates.isEmpty { countUpdates[name] = updates }
      masks += Disassembly.MaskSequence.all(in: instructions).map {
        Mask(function: name, sequence: $0)
      }
    }
    self.countUpdates = countUpdates
    self.masks = masks.sorted { $0.sequence.address < $1.sequence.address }

    var sites: [UInt64: Disassembly.HeadSite] = [:]
    let branchesOfUnits = Dictionary(grouping: own) { text.function(holding: $0.code)?.unit ?? "" }
    let others = table.entries.filter { $0.key != key }.map(\.target).sorted()
    for (name, branches) in branchesOfUnits {
      guard let instructions = code[name], !instructions.isEmpty else { continue }
      let found = Disassembly.HeadSite.all(
        of: branches.map { ($0.code, $0.target) }, others: others, in: instructions)
      for case let site? in found { sites[site.address] = site }
    }
    branches = own.map { entry in
      Branch(
        function: text.function(holding: entry.code)?.unit ?? "?",
        bytes: text.nopBytes[entry.code], site: sites[entry.code])
    }
  }
}

extension CodeSurvey {
  /// How many compare-and-swaps at the place of a page's count a function has.
  public func exchanges(of function: String) -> Int {
    countUpdates[function]?.count(where: \.shape.isExchange) ?? 0
  }
}
