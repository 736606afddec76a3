import Synchronization
import Testing
import Vmemmap

@Suite("HVO while others read")
struct ConcurrentReaderTests {
  private static let order = 9

  /// What a reader and the thread that applies HVO tell each other.
  private final class Exchange: Sendable {
    let done = Atomic(false)
    /// Odd while folios are restored.
    let restores = Atomic(0)
    let passes = Atomic(0)
    let wrong = Mutex<[WrongAnswer]>([])
  }

  private struct WrongAnswer {
    let page: Page
    let head: Page
    /// Whether folios were restored at some time between the first load and the last.
    let isOfRestoring: Bool
  }

  /// Looks up the head of every page, again and again.
  private static func read<Encoding: CompoundEncoding>(
    _: Encoding.Type, base: UInt, pages: Int, _ exchange: Exchange
  ) {
    let folioBytes = UInt(64 << order)
    var wrong: [WrongAnswer] = []
    while !exchange.done.load(ordering: .acquiring) {
      for offset in stride(from: 0, to: UInt(pages * 64), by: 64) {
        let restores = exchange.restores.load(ordering: .sequentiallyConsistent)
        let page = Page(address: base + offset)
        let head = Encoding.compoundHead(page)
        if head.address != base + offset / folioBytes * folioBytes && wrong.count < 100 {
          let now = exchange.restores.load(ordering: .sequentiallyConsistent)
          wrong.append(
            WrongAnswer(
              page: page, head: head, isOfRestoring: restores % 2 == 1 || restores != now))
        }
      }
      exchange.passes.add(1, ordering: .releasing)
    }
    exchange.wrong.withLock { $0 += wrong }
  }

  @Test(
    "A reader finds right heads and faults nowhere while folios are optimised and restored",
    arguments: optimizableEncodings.filter { $0.hvoStates.isSuperset(of: [.elsewhere, .on]) })
  func readers(encoding: any CompoundEncoding.Type) throws {
    let memory = ModelledMemory(order: ConcurrentReaderTests.order, folios: 4)
    var map = try memory.map(encoding.format)
    let (base, pages) = (map.base, map.pageCount)
    let exchange = Exchange()
    try withStaticKey(of: encoding, in: .on) {
      try withThread {
        ConcurrentReaderTests.read(encoding, base: base, pages: pages, exchange)
      } whileRunning: {
        defer { exchange.done.store(true, ordering: .releasing) }
        for cycle in 0..<300 {
          try map.optimize(folios: memory.heads)
          // Now and then a whole pass over optimised folios.
          if cycle % 10 == 0 { waitForPass(exchange) }
          exchange.restores.add(1, ordering: .sequentiallyConsistent)
          try map.restore(folios: memory.heads)
          exchange.restores.add(1, ordering: .sequentiallyConsistent)
        }
      }
    }
    #expect(exchange.passes.load(ordering: .relaxed) > 30)
    let wrong = exchange.wrong.withLock { $0 }
    switch encoding.format.sharedTails {
    case .template, .nodeTemplate, nil:
      #expect(wrong.isEmpty)
    case .firstVmemmapPage:
      // Who looks for fake heads loads twice. Between an even word and a test for PG_head the fake
      // head can become a tail, and is taken for a head: then only, there only, and only thus.
      for answer in wrong {
        #expect(answer.isOfRestoring && answer.head == answer.page)
        #expect((answer.page.address - base) % 4096 == 0)
      }
    }
  }

  /// Returns when the reader has looked at every page since.
  private func waitForPass(_ exchange: Exchange) {
    let passes = exchange.passes.load(ordering: .acquiring)
    while exchange.passes.load(ordering: .acquiring) < passes + 2 { yieldThread() }
  }
}
