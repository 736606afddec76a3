import Measurement
import Testing

@Suite("BalancedOrder")
struct BalancedOrderTests {
  private func orders(arms: Int, rounds: Int, seed: UInt64 = 1) -> [[Int]] {
    var order = BalancedOrder(arms: arms, generator: SeededGenerator(seed: seed))
    return (0..<rounds).map { _ in order.next() }
  }

  @Test("Every arm stands once in every position of every square", arguments: 1...9)
  func positions(arms: Int) {
    let orders = orders(arms: arms, rounds: 12 * arms)
    for square in stride(from: 0, to: orders.count, by: arms).map({ orders[$0..<$0 + arms] }) {
      for position in 0..<arms {
        #expect(Set(square.map { $0[position] }) == Set(0..<arms))
      }
      #expect(square.allSatisfy { Set($0) == Set(0..<arms) })
    }
  }

  @Test("Every arm follows every other arm equally often in every period", arguments: 2...9)
  func successions(arms: Int) {
    let period = BalancedOrder(arms: arms, generator: SeededGenerator(seed: 1)).period
    let orders = orders(arms: arms, rounds: 6 * period)
    for start in stride(from: 0, to: orders.count, by: period) {
      var counts: [[Int]: Int] = [:]
      for order in orders[start..<start + period] {
        for pair in zip(order, order.dropFirst()) { counts[[pair.0, pair.1], default: 0] += 1 }
      }
      #expect(counts.count == arms * (arms - 1))
      #expect(Set(counts.values) == [period / arms])
    }
  }

  @Test("Two arms run as ABBA and as BAAB, each about half of the time")
  func twoArms() {
    let orders = orders(arms: 2, rounds: 400)
    let firsts = stride(from: 0, to: 400, by: 2).map { orders[$0] }
    #expect(abs(firsts.count { $0 == [0, 1] } - 100) < 35)
  }

  @Test("Squares are drawn anew: each round sees every order", arguments: [(3, 6), (4, 24)])
  func rerandomised(arms: Int, permutations: Int) {
    let orders = orders(arms: arms, rounds: 2400)
    for round in 0..<2 * arms {
      let inThisRound = stride(from: round, to: orders.count, by: 2 * arms).map { orders[$0] }
      #expect(Set(inThisRound).count == permutations)
    }
  }

  @Test("The seed alone fixes the orders")
  func seeded() {
    #expect(orders(arms: 5, rounds: 50, seed: 3) == orders(arms: 5, rounds: 50, seed: 3))
    #expect(orders(arms: 5, rounds: 50, seed: 3) != orders(arms: 5, rounds: 50, seed: 4))
  }
}
