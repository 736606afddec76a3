/// Code for one task as kernels have it, had it, or may have it: what is compared with other code for
/// the same task, as an arm.
///
/// ``CompoundEncoding`` and ``PageRefForm`` are the two kinds of it. Which side an arm takes is said
/// here; its name is a name only.
public protocol KernelCode: SendableMetatype {
  /// A lower-case identifier; part of symbol names, and the `arm` column of results.
  static var name: String { get }

  /// What it is in a few words, for those who choose: "the mask behind a branch".
  static var summary: String { get }

  /// What it stands for in a comparison.
  static var role: ArmRole { get }

  /// Which kernels have it, in words such as "7.1 and later"; nil for none. A version that nobody has
  /// confirmed is said with "about".
  static var kernels: String? { get }

  /// What the tails that it reads hold.
  static var format: any TailFormat.Type { get }

  /// The states of HVO in which the kernel that it is taken from gives right answers.
  static var hvoStates: Set<HVOState> { get }

  /// The static key that the code tests, if any.
  static var staticKey: (any StaticKey.Type)? { get }

  /// Whether it is measured without being asked for. What only completes the picture is not.
  static var isInDefaultPlan: Bool { get }

  /// To be called on a thread before and after it runs the code, for all code that it runs.
  static func registerThread()
  static func unregisterThread()
}

extension KernelCode {
  public static var staticKey: (any StaticKey.Type)? { nil }
  public static var isInDefaultPlan: Bool { true }
  public static func registerThread() {}
  public static func unregisterThread() {}
}
