import Vmemmap

/// Nothing: what the loops over pages cost themselves.
enum EmptyOperation: ChainedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { page.address }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { answer }
}

/// Nothing: what the loop over runs costs itself.
enum EmptyRun: TimedRun {
  @inline(__always)
  static func answer(_ first: Page, _ pages: Int) -> UInt { first.address }
}
