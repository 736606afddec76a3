import ArgumentParser
import Vmemmap

/// What is timed.
enum Operation: String, ExpressibleByArgument, Codable {
  case compoundHead = "compound_head"
  case pageHead = "page_head"
  case pageTail = "page_tail"
  case pageCompound = "page_compound"
  case pageZonenum = "page_zonenum"
  /// `get_page_unless_zero()`: on the page as it is, so that tails fail with a count of 0.
  case pageRefAddUnless = "page_ref_add_unless"
  /// `folio_try_get(page_folio())`.
  case folioTryGet = "folio_try_get"
  case prepCompoundPage = "prep_compound_page"
  /// `hugetlb_vmemmap_optimize_folios()`: the footprint's folios are one batch.
  case hvoOptimize = "hvo_optimize"
  /// `hugetlb_vmemmap_restore_folios()`.
  case hvoRestore = "hvo_restore"
  /// Slow-downs of known size, to learn what the machine resolves.
  case selfTest = "selftest"

  /// The kernel's operations, which is what a person can ask for.
  static let kernel = onPages + [.hvoOptimize, .hvoRestore]

  /// Those that are loops over struct pages.
  static let onPages: [Operation] = [
    .compoundHead, .pageHead, .pageTail, .pageCompound, .pageZonenum, .pageRefAddUnless,
    .folioTryGet, .prepCompoundPage,
  ]

  static var allValueStrings: [String] { kernel.map(\.rawValue) }

  init?(argument: String) {
    guard let operation = Operation.kernel.first(where: { $0.rawValue == argument }) else {
      return nil
    }
    self = operation
  }

  var modes: [Mode] {
    switch self {
    case .compoundHead: Mode.allCases
    case .pageHead, .pageTail, .pageCompound, .pageZonenum, .pageRefAddUnless, .folioTryGet:
      [.throughput, .latency]
    case .prepCompoundPage, .hvoOptimize, .hvoRestore: [.throughput]
    case .selfTest: [.latency]
    }
  }

  /// Whether a cell can be made of the operation.
  func applies(to pageClass: PageClass, order: Int, hvo: HVOState, threads: Int) -> Bool {
    switch self {
    // What is prepared is a whole compound page whose struct pages can be written.
    case .prepCompoundPage: pageClass == .head && order > 0 && hvo == .off
    case .hvoOptimize, .hvoRestore: pageClass == .head && hvo == .on && threads == 1
    default: true
    }
  }

  /// Whether folios are optimised and restored, instead of struct pages visited.
  var changesHVO: Bool { self == .hvoOptimize || self == .hvoRestore }
}
