import Host
import Results
import Vmemmap

/// The data caches of the machine that a plan was made on.
struct CacheSizes: Codable, Equatable {
  /// Of one core.
  let l1d: Cache
  let l2: Cache
  /// The last level, which cores share. Its sets are chosen by a hash of the address.
  let last: Int

  /// A cache whose sets are chosen by the low bits of the address.
  struct Cache: Codable, Equatable {
    let bytes: Int
    /// Lines in a set.
    let ways: Int

    /// How many lines fit that lie so many bytes apart, a power of two: all of its lines, or those of
    /// the few sets that such lines fall into.
    func lines(every stride: Int) -> Int {
      let sets = bytes / cacheLine / ways
      return max(1, sets * cacheLine / max(stride, cacheLine)) * ways
    }
  }

  /// What is beyond the caches is chosen among so many times the last level or more: of random visits
  /// no more than one in so many would find its line there, if they were not flushed.
  static let beyondFactor = 4

  /// - Returns: nil where the kernel does not tell of all of them, as in some virtual machines.
  init?(of machine: Machine) {
    func cache(_ level: Int) -> Machine.Cache? {
      machine.caches.first { $0.level == level && $0.type != "Instruction" }
    }
    guard let l1d = cache(1), let l2 = cache(2),
      let last = machine.caches.map(\.level).max().flatMap(cache)
    else { return nil }
    self.init(l1d: Cache(l1d), l2: Cache(l2), last: last.bytes)
  }

  private init(l1d: Cache, l2: Cache, last: Int) {
    self.l1d = l1d
    self.l2 = l2
    self.last = last
  }

  /// Of many servers; what footprints go by where a machine does not tell.
  static let common = CacheSizes(
    l1d: Cache(bytes: 32 << 10, ways: 8), l2: Cache(bytes: 1 << 20, ways: 16), last: 32 << 20)
}

/// The bytes of a line in every cache.
let cacheLine = 64

extension CacheSizes.Cache {
  fileprivate init(_ cache: Machine.Cache) {
    // Where it is not told, as many as most have.
    self.init(bytes: cache.bytes, ways: cache.ways ?? 8)
  }
}

extension CacheSizes {
  /// The nearest level that holds all that an arm of a cell touches; `beyond` where it is chosen among
  /// far more than the last level holds; nil where some of it is in the last level and some is not.
  func level(of cell: Cell, on format: any TailFormat.Type) -> SummaryRow.Level? {
    let lines = cell.lines(on: format)
    let stride = cell.stride(on: format)
    if lines <= l1d.lines(every: stride) { return .l1d }
    // Mappings of 4 KiB lie anywhere in memory: what is farther apart falls into any set.
    let isScattered = cell.mapping == .base || cell.hvo == .on && format.sharedTails != nil
    if lines <= l2.lines(every: isScattered ? min(stride, basePageSize) : stride) { return .l2 }
    if lines * cacheLine <= last { return .l3 }
    return cell.spanBytes(on: format) >= CacheSizes.beyondFactor * last ? .beyond : nil
  }
}
