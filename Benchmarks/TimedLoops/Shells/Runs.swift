import Vmemmap

/// What a timed loop does with each run of struct pages, as callers do that look at more than one.
protocol TimedRun {
  /// Does it, and returns a word that depends on the result.
  ///
  /// - Parameters:
  ///   - first: the first struct page of the run.
  ///   - pages: how many there are, at least 1.
  static func answer(_ first: Page, _ pages: Int) -> UInt
}

/// Independent runs: a step is the offset of the first struct page from `base`, and the number of
/// pages.
@inline(__always)
func runs<Run: TimedRun>(
  _: Run.Type, _ base: UInt, _ stream: UnsafePointer<UInt>, _ count: Int
) -> UInt {
  var even: UInt = 0
  var odd: UInt = 0
  var index = 0
  while index < count {
    let step = unsafe stream + 2 &* index
    add(Run.self, base, unsafe step[0], unsafe step[1], to: &even)
    add(Run.self, base, unsafe step[2], unsafe step[3], to: &odd)
    add(Run.self, base, unsafe step[4], unsafe step[5], to: &even)
    add(Run.self, base, unsafe step[6], unsafe step[7], to: &odd)
    add(Run.self, base, unsafe step[8], unsafe step[9], to: &even)
    add(Run.self, base, unsafe step[10], unsafe step[11], to: &odd)
    add(Run.self, base, unsafe step[12], unsafe step[13], to: &even)
    add(Run.self, base, unsafe step[14], unsafe step[15], to: &odd)
    index &+= unrolling
  }
  return even &+ odd
}

@inline(__always)
func add<Run: TimedRun>(
  _: Run.Type, _ base: UInt, _ offset: UInt, _ pages: UInt, to sum: inout UInt
) {
  let first = Page(address: inRegister(base &+ offset))
  accumulate(Run.answer(first, Int(bitPattern: inRegister(pages))), to: &sum)
}
