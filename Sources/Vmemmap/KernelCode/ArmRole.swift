/// What an arm of a comparison stands for: which side it takes, or that it takes none.
///
/// The raw values stand in results.
public enum ArmRole: String, Codable, CaseIterable, Sendable {
  /// Code of kernels before the change that is judged, or of those that it does not reach.
  case old
  /// Code of kernels with the change.
  case new
  /// Code of no released kernel, which checks the others: a constant in place of patched code, a step
  /// on the way to the change, a read side of another library.
  case control
  /// Code that kernels may have one day.
  case whatIf = "what-if"
}
