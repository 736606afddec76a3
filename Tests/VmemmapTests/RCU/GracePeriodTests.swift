import Dispatch
import Synchronization
import Testing
import Vmemmap

@Suite("HVO: grace periods")
struct GracePeriodTests {
  private static let memory = ModelledMemory(order: 9, folios: 2)

  #if HAVE_URCU
    /// A reader of RCU on a thread of its own, inside while the body begins.
    private final class Reader: Sendable {
      let isInside = DispatchSemaphore(value: 0)
      let mayLeave = DispatchSemaphore(value: 0)
      let hasLeft = Atomic(false)

      /// Leaves when it is let, and after `milliseconds` anyway.
      func read(milliseconds: Int) {
        MembarrierRCU.registerThread()
        MembarrierRCU.lock()
        isInside.signal()
        _ = mayLeave.wait(timeout: .now() + .milliseconds(milliseconds))
        hasLeft.store(true, ordering: .sequentiallyConsistent)
        MembarrierRCU.unlock()
        MembarrierRCU.unregisterThread()
      }
    }

    /// Whether the body returned before a reader had left who was inside when it began.
    private func leavesReaderBehind(
      milliseconds: Int, _ body: () throws -> Void
    ) rethrows -> Bool {
      let reader = Reader()
      var isBehind = false
      try withThread {
        reader.read(milliseconds: milliseconds)
      } whileRunning: {
        reader.isInside.wait()
        defer { reader.mayLeave.signal() }
        try body()
        isBehind = !reader.hasLeft.load(ordering: .sequentiallyConsistent)
      }
      return isBehind
    }

    @Test("In the old layout, optimising and restoring wait for readers who were there before")
    func waits() throws {
      var map = try Self.memory.map(HeadPointerFormat.self)
      let (head, fake) = unsafe (map[0], map[64])
      let milliseconds = 200
      #expect(
        try !leavesReaderBehind(milliseconds: milliseconds) {
          try map.optimize(folios: Self.memory.heads, waitsForReaders: true)
        })
      #expect(fake.flags == head.flags)
      #expect(
        try !leavesReaderBehind(milliseconds: milliseconds) {
          try map.restore(folios: Self.memory.heads, waitsForReaders: true)
        })
      #expect(fake.compoundInfo == head.address + 1)
    }

    @Test("They do so before the first page is remapped, not after")
    func waitsFirst() throws {
      var map = try Self.memory.map(HeadPointerFormat.self)
      let fake = unsafe map[64]
      let tail = fake.compoundInfo
      let sawTail = Atomic(false)
      let isInside = DispatchSemaphore(value: 0)
      try withThread {
        MembarrierRCU.registerThread()
        MembarrierRCU.lock()
        isInside.signal()
        _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(100))
        sawTail.store(fake.compoundInfo == tail, ordering: .sequentiallyConsistent)
        MembarrierRCU.unlock()
        MembarrierRCU.unregisterThread()
      } whileRunning: {
        isInside.wait()
        try map.optimize(folios: Self.memory.heads, waitsForReaders: true)
      }
      let wasTail = sawTail.load(ordering: .sequentiallyConsistent)
      #expect(wasTail)
      #expect(fake.compoundInfo != tail)
    }

    @Test("Not asked to, in the new layout, or with nothing to do, they do not wait")
    func doesNotWait() throws {
      for (format, waits) in [
        (HeadPointerFormat.self as any TailFormat.Type, false), (HeadMaskFormat.self, true),
      ] {
        var map = try Self.memory.map(format)
        #expect(
          try leavesReaderBehind(milliseconds: 10_000) {
            try map.optimize(folios: Self.memory.heads, waitsForReaders: waits)
            try map.restore(folios: Self.memory.heads, waitsForReaders: waits)
            try map.optimize(folios: [], waitsForReaders: true)
            try map.restore(folios: [0], waitsForReaders: true)
          })
        #expect(map.optimizedFolios.isEmpty)
      }
    }
  #else
    @Test("Without liburcu they say so by its package's name, and nothing is changed")
    func withoutLiburcu() throws {
      var map = try Self.memory.map(HeadPointerFormat.self)
      let error = #expect(throws: VmemmapError.builtWithoutLiburcu) {
        try map.optimize(folios: Self.memory.heads, waitsForReaders: true)
      }
      #expect(error?.description.contains("liburcu-dev") == true)
      #expect(map.optimizedFolios.isEmpty)
      try map.optimize(folios: Self.memory.heads)
      #expect(throws: VmemmapError.builtWithoutLiburcu) {
        try map.restore(folios: Self.memory.heads, waitsForReaders: true)
      }
      #expect(map.optimizedFolios.count == 2)
    }
  #endif
}
