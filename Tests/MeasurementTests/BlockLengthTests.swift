import Measurement
import Testing

@Suite("BlockLength")
struct BlockLengthTests {
  /// Settles with arms of these nanoseconds per operation; the first pass at each number of
  /// operations takes `cold` times as long.
  private func settled(
    _ costs: [Double], cold: Double = 1, fewest: Int = 1 << 10, most: Int = 1 << 20
  ) -> (block: BlockLength, passes: Int) {
    var block = BlockLength(fewest: fewest, most: most, passes: 3 * costs.count)
    var passes = 0
    var latest = 0
    while !block.isSettled {
      for cost in costs {
        let factor = block.iterations == latest ? 1 : cold
        latest = block.iterations
        block.add(elapsed: UInt64(factor * cost * Double(block.iterations)))
        passes += 1
      }
    }
    return (block, passes)
  }

  @Test(
    "Blocks of the fastest arm take what is promised, and half as many operations would not",
    arguments: [0.2, 0.27, 0.5, 1, 3, 24, 25, 300]
  )
  func longEnough(cost: Double) {
    for cold in [1.0, 3, 50] {
      let (block, _) = settled([cost, 4 * cost, 1.5 * cost], cold: cold)
      let shortest = cost * Double(block.iterations)
      #expect(shortest >= Double(BlockLength.promised))
      #expect(block.iterations == 1 << 10 || shortest / 2 < Double(BlockLength.aim))
    }
  }

  @Test("A first pass that is slow does not settle it")
  func coldPass() {
    var block = BlockLength(fewest: 1024, most: 1 << 20, passes: 2)
    block.add(elapsed: 30_000)
    #expect(!block.isSettled)
    block.add(elapsed: 13_000)
    #expect((block.iterations, block.isSettled) == (2048, false))
    // What was long enough at another number of operations does not count.
    block.add(elapsed: 26_000)
    #expect(!block.isSettled)
    block.add(elapsed: 26_000)
    #expect((block.iterations, block.isSettled) == (2048, true))
  }

  @Test("It grows by what a pass asks for, and then asks the pass")
  func growth() {
    var block = BlockLength(fewest: 16, most: 1 << 20, passes: 1)
    block.add(elapsed: 100)
    #expect((block.iterations, block.isSettled) == (16 << 8, false))
    block.add(elapsed: 24_999)
    #expect((block.iterations, block.isSettled) == (16 << 9, false))
    block.add(elapsed: 25_000)
    #expect((block.iterations, block.isSettled) == (16 << 9, true))
  }

  @Test("It ends at the most operations that there are, be blocks long enough or not")
  func most() {
    #expect(settled([0.0001], most: 1 << 14).block.iterations == 1 << 14)
    var zero = BlockLength(fewest: 8, most: 64, passes: 9)
    zero.add(elapsed: 0)
    #expect((zero.iterations, zero.isSettled) == (64, true))
    #expect(BlockLength(fewest: 64, most: 64, passes: 1).isSettled)
  }

  @Test("Every arm is seen three times at the number that is settled on")
  func passes() {
    let (block, passes) = settled([30, 40])
    #expect((block.iterations, passes) == (1024, 6))
  }
}
