/// A release of the kernel by the first two numbers of its name: 7.1 stands for 7.1.13, too.
///
/// Which kernel is modelled is such a value, and what kernels do differently is a property of it. Each
/// says where it was seen in the memory of a kernel that ran, or that it was read only: in sources or on
/// the mailing list.
public struct KernelVersion: Hashable, Sendable {
  public let major: Int
  public let minor: Int

  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }
}

extension KernelVersion: Comparable {
  public static func < (some: KernelVersion, other: KernelVersion) -> Bool {
    (some.major, some.minor) < (other.major, other.minor)
  }
}

extension KernelVersion: CustomStringConvertible {
  public var description: String { "\(major).\(minor)" }
}

extension KernelVersion {
  /// What tails hold, in a kernel with HVO and struct pages of 64 bytes: pointers up to 7.0, masks since.
  ///
  /// From 7.3 on `prep_compound_tail()` stores the mapping and the word only, and no longer `private`.
  /// Seen: pointers in 6.12 and 7.0.13, masks in 7.1.13 and 7.3.4. That `private` is not stored was read
  /// only.
  public var tailFormat: any TailFormat.Type {
    switch self {
    case ..<KernelVersion(7, 1): HeadPointerFormat.self
    case ..<KernelVersion(7, 3): HeadMaskFormat.self
    default: LateHeadMaskFormat.self
    }
  }

  /// What the kernel calls ``PageRefForm/pageRefAddUnless(_:_:_:)``, with its parameters.
  ///
  /// From 7.2 on the count that is not added to is always 0, and no parameter; on a folio the function
  /// is then `folio_ref_add_unless_zero()`. Read only, in 7.2.6.
  public var pageRefAddUnless: String {
    self < KernelVersion(7, 2)
      ? "page_ref_add_unless(page, nr, u)" : "page_ref_add_unless_zero(page, nr)"
  }
}
