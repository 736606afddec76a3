import Host
import Results

/// The data caches of the machine that a plan was made on, in bytes.
struct CacheSizes: Codable, Equatable {
  /// Of one core.
  let l1d: Int
  let l2: Int
  /// The last level, which cores share.
  let last: Int

  /// What is beyond the caches is so many times the last level or more: of random visits, no more than
  /// one in so many finds its line there.
  static let beyondFactor = 4

  /// - Returns: nil where the kernel does not tell of all of them, as in some virtual machines.
  init?(of machine: Machine) {
    func bytes(_ level: Int) -> Int? {
      machine.caches.first { $0.level == level && $0.type != "Instruction" }?.bytes
    }
    guard let l1d = bytes(1), let l2 = bytes(2),
      let last = machine.caches.map(\.level).max().flatMap(bytes)
    else { return nil }
    self.init(l1d: l1d, l2: l2, last: last)
  }

  init(l1d: Int, l2: Int, last: Int) {
    self.l1d = l1d
    self.l2 = l2
    self.last = last
  }

  /// Of many servers; what footprints go by where a machine does not tell.
  static let common = CacheSizes(l1d: 32 << 10, l2: 1 << 20, last: 32 << 20)

  /// Where so many bytes are found that are visited again and again; nil where some are in the last
  /// level and some are not.
  func level(of bytes: Int) -> SummaryRow.Level? {
    if bytes <= l1d { return .l1d }
    if bytes <= l2 { return .l2 }
    if bytes <= last { return .l3 }
    return isBeyond(bytes) ? .beyond : nil
  }

  /// Whether so many bytes are beyond the caches, for one arm alone.
  func isBeyond(_ bytes: Int) -> Bool { bytes >= CacheSizes.beyondFactor * last }
}
