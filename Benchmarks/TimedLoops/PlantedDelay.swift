import CVmemmap
import Vmemmap

/// A slow-down of known size, to plant into a timed loop.
protocol PlantedDelay {
  /// How many additions, each waiting for the one before, are planted into every
  /// ``plantedInterval`` operations.
  static var additions: Int { get }
}

/// How many operations there are to one planted delay: some turns of the loop, so that delays far
/// below a cycle for each operation can be planted.
public let plantedInterval = 32

/// The additions that can be planted, the baseline's none first.
public let plantedAdditions = [0, 1, 3, 6, 14, 30]

enum PlantedDelay0: PlantedDelay {
  @inline(__always) static var additions: Int { 0 }
}
enum PlantedDelay1: PlantedDelay {
  @inline(__always) static var additions: Int { 1 }
}
enum PlantedDelay3: PlantedDelay {
  @inline(__always) static var additions: Int { 3 }
}
enum PlantedDelay6: PlantedDelay {
  @inline(__always) static var additions: Int { 6 }
}
enum PlantedDelay14: PlantedDelay {
  @inline(__always) static var additions: Int { 14 }
}
enum PlantedDelay30: PlantedDelay {
  @inline(__always) static var additions: Int { 30 }
}

/// The chain of ``latency(_:_:_:_:_:)`` with a planted delay in it, which the next page waits for.
@inline(__always)
func latency<Operation: TimedOperation, Delay: PlantedDelay>(
  _: Operation.Type, with delay: Delay.Type, _ base: UInt, _ start: UInt,
  _ stream: UnsafePointer<UInt>, _ count: Int
) -> UInt {
  var sum: UInt = 0
  var page = base &+ start
  var index = 0
  while index < count {
    unsafe turn(Operation.self, stream + index, &page, &sum)
    // The branch is the same for every size, none included, and always predicted.
    if index & (plantedInterval &- 1) == 0 {
      cvm_keep_branch()
      var added = 0
      while added < Delay.additions {
        page = UInt(cvm_dependent_addition(UInt64(page)))
        added &+= 1
      }
    }
    index &+= unrolling
  }
  return sum
}
