import CVmemmap
import Vmemmap

/// A slow-down of known size, to plant into a timed loop: so many additions, each waiting for the one
/// before, in every ``plantedInterval`` operations.
enum PlantedDelay<let additions: Int> {}

/// How many operations there are to one planted delay: some turns of the loop, so that delays far
/// below a cycle for each operation can be planted.
public let plantedInterval = 64

/// The chain of ``latency(_:_:_:_:_:)`` with a planted delay in it, which the next page waits for.
@inline(__always)
func latency<Operation: ChainedOperation, let additions: Int>(
  _: Operation.Type, with _: PlantedDelay<additions>.Type, _ base: UInt, _ start: UInt,
  _ stream: UnsafePointer<UInt>, _ count: Int
) -> UInt {
  var sum: UInt = 0
  var page = base &+ start
  let zero = cvm_opaque_u64(0)
  var index = 0
  while index < count {
    unsafe turn(Operation.self, stream + index, &page, &sum)
    // The branch is the same for every size, none included, and always predicted.
    if index & (plantedInterval &- 1) == 0 {
      cvm_keep_branch()
      var added = 0
      while added < additions {
        page = UInt(cvm_dependent_addition(UInt64(page), zero))
        added &+= 1
      }
    }
    index &+= unrolling
  }
  return sum
}
