extension Int {
  /// - Parameter alignment: a power of two.
  func roundedUp(to alignment: Int) -> Int { (self + alignment - 1) & ~(alignment - 1) }
}
