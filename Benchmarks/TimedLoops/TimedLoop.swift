import CVmemmap
import Vmemmap

/// A timed loop: one C symbol for each operation, mode, arm and code layout.
@safe
public struct TimedLoop: Sendable {
  typealias Function = @convention(c) (UInt, UInt, UnsafePointer<UInt>, Int) -> UInt

  private let function: Function

  init(_ function: Function) { unsafe self.function = unsafe function }

  /// Runs the loop.
  ///
  /// - Parameters:
  ///   - base: the address of page frame 0's struct page.
  ///   - start: the offset of a chain's first page.
  ///   - steps: what the mode needs of each page.
  ///   - count: how many steps, a multiple of ``unrolling``.
  /// - Returns: the wrapping sum of the answers.
  @unsafe
  public func callAsFunction(
    base: UInt, start: UInt, steps: UnsafePointer<UInt>, count: Int
  ) -> UInt {
    unsafe function(base, start, steps, count)
  }
}

/// How many operations stand in one turn of a timed loop.
public let unrolling = 8

/// Independent operations: the stream holds the offset of each page from `base`.
@inline(__always)
func throughput<Operation: TimedOperation>(
  _: Operation.Type, _ base: UInt, _ stream: UnsafePointer<UInt>, _ count: Int
) -> UInt {
  var sum: UInt = 0
  var index = 0
  while index < count {
    let step = unsafe stream + index
    add(Operation.self, base, unsafe step[0], to: &sum)
    add(Operation.self, base, unsafe step[1], to: &sum)
    add(Operation.self, base, unsafe step[2], to: &sum)
    add(Operation.self, base, unsafe step[3], to: &sum)
    add(Operation.self, base, unsafe step[4], to: &sum)
    add(Operation.self, base, unsafe step[5], to: &sum)
    add(Operation.self, base, unsafe step[6], to: &sum)
    add(Operation.self, base, unsafe step[7], to: &sum)
    index &+= unrolling
  }
  return sum
}

@inline(__always)
func add<Operation: TimedOperation>(
  _: Operation.Type, _ base: UInt, _ offset: UInt, to sum: inout UInt
) {
  accumulate(Operation.answer(Page(address: base &+ offset)), to: &sum)
}

/// Adds one answer at once. Left to itself, the compiler keeps those of a turn in vector registers or
/// on the stack to add them together, which is no part of the operation.
@inline(__always)
func accumulate(_ answer: UInt, to sum: inout UInt) {
  sum = UInt(cvm_opaque_u64(UInt64(sum &+ answer)))
}

/// A chain in which each page is known only when the answer for the one before it is: the stream
/// holds the distance from that answer's link to the next page.
@inline(__always)
func latency<Operation: TimedOperation>(
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
func turn<Operation: TimedOperation>(
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
func chain<Operation: TimedOperation>(
  _: Operation.Type, _ page: UInt, _ distance: UInt, _ sum: inout UInt
) -> UInt {
  let page = Page(address: page)
  let answer = Operation.answer(page)
  accumulate(answer, to: &sum)
  return Operation.link(page, answer) &+ distance
}
