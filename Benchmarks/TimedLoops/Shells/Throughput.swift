import Vmemmap

/// What a timed loop does with each struct page.
protocol TimedOperation {
  /// Does it, and returns a word that depends on the result.
  static func answer(_ page: Page) -> UInt
}

/// Independent operations: a step is the offset of a struct page from `base`.
///
/// Two sums, because one alone takes a cycle for each addition, in which most operations hide.
@inline(__always)
func throughput<Operation: TimedOperation>(
  _: Operation.Type, _ base: UInt, _ stream: UnsafePointer<UInt>, _ count: Int
) -> UInt {
  var even: UInt = 0
  var odd: UInt = 0
  var index = 0
  while index < count {
    let step = unsafe stream + index
    add(Operation.self, base, unsafe step[0], to: &even)
    add(Operation.self, base, unsafe step[1], to: &odd)
    add(Operation.self, base, unsafe step[2], to: &even)
    add(Operation.self, base, unsafe step[3], to: &odd)
    add(Operation.self, base, unsafe step[4], to: &even)
    add(Operation.self, base, unsafe step[5], to: &odd)
    add(Operation.self, base, unsafe step[6], to: &even)
    add(Operation.self, base, unsafe step[7], to: &odd)
    index &+= unrolling
  }
  return even &+ odd
}

@inline(__always)
func add<Operation: TimedOperation>(
  _: Operation.Type, _ base: UInt, _ offset: UInt, to sum: inout UInt
) {
  accumulate(Operation.answer(Page(address: inRegister(base &+ offset))), to: &sum)
}
