import Foundation
import Testing

@testable import Measurement

@Suite("Resource usage")
struct ResourceUsageTests {
  @Test("Page faults and waits of this thread are counted, from the earlier reading on")
  func thread() {
    touchFreshPages(10)
    let before = ResourceUsage.ofThread()
    touchFreshPages(100)
    usleep(1000)
    let usage = ResourceUsage.ofThread().since(before)
    #expect((100..<200).contains(usage.minorFaults))
    #expect(usage.voluntarySwitches >= 1)
    #expect(usage.pageFaults == usage.minorFaults + usage.majorFaults)
    #expect(usage.contextSwitches == usage.voluntarySwitches + usage.involuntarySwitches)
  }

  @Test("Another thread's page faults are not counted")
  func otherThreads() {
    let before = ResourceUsage.ofThread()
    let thread = Thread { touchFreshPages(1000) }
    thread.start()
    while !thread.isFinished { usleep(1000) }
    #expect(ResourceUsage.ofThread().since(before).minorFaults < 500)
  }

  @Test("Child processes are counted once they have ended")
  func children() throws {
    let before = ResourceUsage.ofChildren()
    let process = try Process.run(URL(filePath: "/bin/true"), arguments: [])
    process.waitUntilExit()
    #expect(ResourceUsage.ofChildren().since(before).minorFaults > 0)
  }
}
