/// The contract of the files in a run directory.
public enum Schema {
  /// Columns and keys are only added within a version; anything else changes the number.
  public static let version = 2
}
