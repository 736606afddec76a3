public import Host
import SystemPackage

/// The running kernel's `struct page`, as its BTF describes it.
public struct KernelStructPage: Sendable {
  /// `sizeof(struct page)`, in bytes.
  public let size: Int
  /// The bit of `flags` that `PG_head` is.
  public let headBit: Int?
  /// What the word is called that makes a tail; nil where it has neither name.
  public let tailWord: TailWord?

  let btf: BTF
  let structure: BTF.Structure
  /// Where the BTF is from.
  let path: FilePath

  /// - Throws: ``BTFError``, for one where the kernel has no `struct page`.
  init(_ btf: BTF, path: FilePath) throws(BTFError) {
    self.btf = btf
    self.path = path
    structure = try btf.structure(named: "page")
    size = structure.size
    let names = Set(structure.members.map(\.name))
    tailWord = TailWord.allCases.first { names.contains($0.rawValue) }
    headBit = try btf.enumerators(of: "pageflags")["PG_head"]
  }

  /// Reads the BTF of the running kernel.
  ///
  /// - Throws: ``KernelError/file(_:)``, ``KernelError/btf(path:_:)``.
  public static func current(_ tree: SystemTree) throws(KernelError) -> KernelStructPage {
    let btf = try BTF.ofKernel(tree)
    do throws(BTFError) {
      return try KernelStructPage(btf, path: tree.path(BTF.path))
    } catch {
      throw .btf(path: tree.path(BTF.path), error)
    }
  }

  /// Whether masks can be: struct pages must be naturally aligned for them.
  public var isPowerOfTwo: Bool { size > 0 && size & (size - 1) == 0 }
}

/// The name of the word that makes a tail, which tells how it is encoded.
public enum TailWord: String, CaseIterable, Sendable {
  /// The head's address plus 1: up to Linux 7.0.
  case compoundHead = "compound_head"
  /// A mask where HVO is compiled in and `sizeof(struct page)` is a power of two, or else the head's
  /// address plus 1: since Linux 7.1.
  case compoundInfo = "compound_info"

  /// What a release's kernels have: "6.18.44" has `compound_head`. Nil if it does not begin with two
  /// numbers.
  public init?(release: String) {
    let numbers = release.split(separator: ".").prefix(2).map { $0.prefix { $0.isNumber } }
    guard numbers.count == 2, let major = Int(numbers[0]), let minor = Int(numbers[1]) else {
      return nil
    }
    self = (major, minor) >= (7, 1) ? .compoundInfo : .compoundHead
  }
}
