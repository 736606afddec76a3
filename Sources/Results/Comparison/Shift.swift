import Measurement

/// How far a quantity moved from one run to another, with an interval made of those of both.
///
/// By Zou and Donner's method (MOVER): each end of the interval is as far from the difference as the
/// distances of the two ends that count, added as independent errors are. What one run has of its own, such
/// as a busy neighbour, neither interval knows, and so this one does not.
public struct Shift: Equatable, Sendable {
  public let estimate: Double
  /// At 95 %.
  public let interval: ClosedRange<Double>
  /// How many standard errors it is from 0, on the side of 0; infinite where there is no error.
  let distance: Double

  /// What is known of a quantity in one run.
  struct Known {
    let value: Double
    let interval: ClosedRange<Double>
    /// Of the interval, at least.
    let coverage: Double

    /// Nil for what is no interval about a value.
    init?(_ value: Double?, _ low: Double?, _ high: Double?, coverage: Double?) {
      guard let value, let low, let high, low <= value, value <= high,
        [value, low, high].allSatisfy(\.isFinite)
      else { return nil }
      self.value = value
      interval = low...high
      self.coverage = min(max(coverage ?? 0.95, 0.5), 0.9999)
    }

    /// Standard errors, as a normal value has them, towards the ends.
    var below: Double {
      (value - interval.lowerBound) / Statistics.normalReach(confidence: coverage)
    }
    var above: Double {
      (interval.upperBound - value) / Statistics.normalReach(confidence: coverage)
    }
  }

  init(from old: Known, to new: Known) {
    func together(_ some: Double, _ other: Double) -> Double {
      (some * some + other * other).squareRoot()
    }
    estimate = new.value - old.value
    let (below, above) = (together(new.below, old.above), together(new.above, old.below))
    let reach = Statistics.normalReach(confidence: 0.95)
    interval = estimate - reach * below...estimate + reach * above
    distance = estimate == 0 ? 0 : estimate / (estimate > 0 ? below : above)
  }
}
