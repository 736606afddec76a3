import Vmemmap

/// An operation of which the next one can be made to wait.
protocol ChainedOperation: TimedOperation {
  /// From where the next page is reached, given this one's answer.
  static func link(_ page: Page, _ answer: UInt) -> UInt
}

/// A chain in which each page is known only when the answer for the one before it is: a step is the
/// distance from that answer's link to the next page.
@inline(__always)
func latency<Operation: ChainedOperation>(
  _: Operation.Type, _ base: UInt, _ start: UInt, _ stream: UnsafePointer<UInt>, _ count: Int
) -> UInt {
  var sum: UInt = 0
  var page = base &+ start
  var index = 0
  while index < count {
    unsafe turn(Operation.self, stream + index, &page, &sum)
    index &+= unrolling
  }
  return sum
}

/// Eight steps of a chain.
@inline(__always)
func turn<Operation: ChainedOperation>(
  _: Operation.Type, _ step: UnsafePointer<UInt>, _ page: inout UInt, _ sum: inout UInt
) {
  page = chain(Operation.self, page, unsafe step[0], &sum)
  page = chain(Operation.self, page, unsafe step[1], &sum)
  page = chain(Operation.self, page, unsafe step[2], &sum)
  page = chain(Operation.self, page, unsafe step[3], &sum)
  page = chain(Operation.self, page, unsafe step[4], &sum)
  page = chain(Operation.self, page, unsafe step[5], &sum)
  page = chain(Operation.self, page, unsafe step[6], &sum)
  page = chain(Operation.self, page, unsafe step[7], &sum)
}

@inline(__always)
func chain<Operation: ChainedOperation>(
  _: Operation.Type, _ page: UInt, _ distance: UInt, _ sum: inout UInt
) -> UInt {
  let page = Page(address: page)
  let answer = inRegister(Operation.answer(page))
  accumulate(answer, to: &sum)
  return inRegister(Operation.link(page, answer) &+ distance)
}
