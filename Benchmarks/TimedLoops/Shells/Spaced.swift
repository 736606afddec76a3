import CVmemmap
import Vmemmap

/// Independent operations, each at ``distance`` from the one before: a step is as in
/// ``throughput(_:_:_:_:)``.
@inline(__always)
func spaced<Operation: TimedOperation>(
  _: Operation.Type, _ base: UInt, _ stream: UnsafePointer<UInt>, _ count: Int
) -> UInt {
  var even: UInt = 0
  var odd: UInt = 0
  let zero = cvm_opaque_u64(0)
  var index = 0
  while index < count {
    let step = unsafe stream + index
    add(Operation.self, base, unsafe step[0], after: zero, to: &even)
    add(Operation.self, base, unsafe step[1], after: zero, to: &odd)
    add(Operation.self, base, unsafe step[2], after: zero, to: &even)
    add(Operation.self, base, unsafe step[3], after: zero, to: &odd)
    add(Operation.self, base, unsafe step[4], after: zero, to: &even)
    add(Operation.self, base, unsafe step[5], after: zero, to: &odd)
    add(Operation.self, base, unsafe step[6], after: zero, to: &even)
    add(Operation.self, base, unsafe step[7], after: zero, to: &odd)
    index &+= unrolling
  }
  return even &+ odd
}

@inline(__always)
func add<Operation: TimedOperation>(
  _: Operation.Type, _ base: UInt, _ offset: UInt, after zero: UInt64, to sum: inout UInt
) {
  let page = Page(address: UInt(atDistance(UInt64(base &+ offset), zero)))
  accumulate(Operation.answer(page), to: &sum)
}
