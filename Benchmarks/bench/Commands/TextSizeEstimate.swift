import KernelBinary
import Measurement
import Text

/// What the text of a kernel shrinks by where heads are found by masks: sites x (bytes old - bytes new).
struct TextSizeEstimate {
  /// The six instructions in registers that need no prefix of their own: 4 + 3 + 3 + 4 + 3 + 3 bytes.
  private static let shortestMask = 20

  let lines: [(name: String, text: String)]

  /// - Parameter new: a kernel with masks; nil takes the shortest sequence.
  init(old: CodeSurvey, new: CodeSurvey?) {
    let sites = old.branches.compactMap(\.site)
    let heads = sites.compactMap { site in
      site.inLineBytes.map { Double($0 + site.armBytes + site.tailBytes) }
    }
    let masks = new?.masks.map { Double($0.sequence.bytes) } ?? []
    let mask = masks.isEmpty ? Double(Self.shortestMask) : Statistics.median(masks)
    let others = zip(old.branches, old.branches.map(\.site)).compactMap { branch, site in
      site.flatMap { $0.inLineBytes == nil ? (branch.bytes ?? 0) + $0.armBytes : nil }
    }
    guard !heads.isEmpty else {
      lines = []
      return
    }
    func change(_ fraction: Double) -> String {
      let bytes = Statistics.quantile(heads, fraction)
      return "\((Double(heads.count) * (mask - bytes)).signed(0)) (\(bytes.plain) a site)"
    }
    lines = [
      (
        "text, estimated",
        "\(heads.count) sites x (\(mask.plain) new - old): \(change(0.5)) by the median, "
          + "\(change(0.25)) and \(change(0.75)) by the quartiles; new bytes "
          + (masks.isEmpty ? "of the shortest sequence" : "by the median of the second kernel")
          + "; upper bounds where two sites share an arm"
      ),
      (
        "other branches",
        "\(others.count), of counts and PageHead(): \((-others.reduce(0, +)).description) bytes "
          + "that nothing follows; an upper bound likewise"
      ),
      (
        "text, published",
        "-15792 (cover letter, v1; of a defconfig, so of other functions); 50 to 60 "
          + "bytes a call (Matthew Wilcox, 2023)"
      ),
      (
        "text as a whole",
        "can't show it: it changes more for other reasons (from Debian's 7.0.13 to 7.1.13 .text grew "
          + "by 71800 bytes), and the compiler moves and inlines anew around each change"
      ),
    ]
  }
}
