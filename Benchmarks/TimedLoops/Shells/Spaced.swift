import CVmemmap
import Vmemmap

/// How many additions there are before each operation of ``spaced(_:_:_:_:)``, each waiting for the one
/// before.
///
/// As far apart as calls with some of the caller's work between them. A locked operation on a line that
/// is not in the L1 cache takes longer the closer it follows another one: back to back 39 cycles, after
/// 4, 8, 12 and 16 additions 33, 30, 27 and 26, after 32 again 33 (Zen 5). Back to back all that a form
/// does before its locked operation makes it faster there; from 12 additions on it no longer does.
let distance = 16

/// Independent operations at a distance from each other: a step is as in ``throughput(_:_:_:_:)``.
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
  var address = UInt64(base &+ offset)
  var added = 0
  while added < distance {
    address = cvm_dependent_addition(address, zero)
    added &+= 1
  }
  accumulate(Operation.answer(Page(address: UInt(address))), to: &sum)
}
