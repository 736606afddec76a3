import Host
import Kernel
import Vmemmap

/// What tails hold, and what the model has of it.
enum TailLayout: String {
  /// The head's address plus 1.
  case pointer
  /// A mask for the tail's own address.
  case mask

  /// What the running kernel has, by its BTF.
  static func ofKernel(_ tree: SystemTree) throws -> TailLayout {
    let page = try KernelStructPage.current(tree)
    guard page.size == Page.size, let word = page.tailWord else {
      throw ComparisonError.foreignStructPage(size: page.size, word: page.tailWord?.rawValue)
    }
    return word == .compoundHead ? .pointer : .mask
  }

  var format: any TailFormat.Type {
    switch self {
    case .pointer: HeadPointerFormat.self
    case .mask: HeadMaskFormat.self
    }
  }

  /// How the kernel reads it while HVO is in use.
  var encoding: any CompoundEncoding.Type {
    switch self {
    case .pointer: FakeHeadEncoding<KeyOn>.self
    case .mask: MaskEncoding.self
    }
  }

  /// A tail's word in terms that do not depend on where the folio is.
  func placeless(_ word: UInt, head: Page) -> UInt {
    switch self {
    case .pointer: word &- head.address
    case .mask: word
    }
  }
}
