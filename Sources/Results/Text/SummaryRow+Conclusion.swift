import Measurement
import Text

extension SummaryRow {
  /// "0.14x [0.13, 0.15]"; nil in the baseline's own row.
  ///
  /// Two digits after the point, or as many as it takes where two would hide on which side of 1 a proven
  /// difference lies: "0.998x [0.996, 0.999]".
  var ratioText: String? {
    guard let ratio else { return nil }
    let numbers = [ratio] + [ratioLo, ratioHi].compactMap(\.self)
    let hides = isDifferenceProven ? numbers : []
    let digits = (2...6).first { digits in
      hides.allSatisfy { $0 == 1 || $0.fixed(digits) != 1.0.fixed(digits) }
    }
    let texts = numbers.map { $0.fixed(digits ?? 6) }
    return texts.count == 3 ? "\(texts[0])x [\(texts[1]), \(texts[2])]" : "\(texts[0])x"
  }

  /// The verdict, with the difference where it is proven but smaller than the margin ("faster,
  /// -0.2 %"), and a mark where it is not to be trusted; nil where none was reached.
  var verdictText: String? {
    guard let verdict else { return nil }
    var text = verdict.rawValue
    if isDifferenceProven, isWithinMargin, let ratio {
      let percent = 100 * (ratio - 1)
      let digits = (1...4).first { percent.fixed($0) != 0.0.fixed($0) } ?? 4
      text += ", \(percent.signed(digits)) %"
    }
    return text + (layoutsDisagree ? " *" : "")
  }

  private var isDifferenceProven: Bool { verdict == .faster || verdict == .slower }

  /// Whether the ratio counts as no difference: from 1/1.02 to 1.02 at a margin of 2 %.
  var isWithinMargin: Bool {
    guard let ratio, let margin else { return false }
    return (1 / (1 + margin)...1 + margin).contains(ratio)
  }

  var layoutsDisagree: Bool { layoutsAgree == false }
}
