import Testing
import Vmemmap

@Suite("Page flags")
struct PageFlagsTests {
  @Test("Named flags are the bits of Linux 6.12 and later")
  func names() {
    #expect(PageFlags.locked.rawValue == 0x1)
    #expect(PageFlags.lru.rawValue == 0x20)
    #expect(PageFlags.head.rawValue == 0x40)
    #expect(PageFlags.waiters.rawValue == 0x80)
    #expect(PageFlags.active.rawValue == 0x100)
    #expect(PageFlags.reserved.rawValue == 0x2000)
  }

  @Test("Zone and node stand above all named flags and leave each other alone")
  func zoneAndNode() {
    for zone in Zone.allCases {
      for node in 0..<64 {
        let flags = PageFlags(zone: zone, node: node)
        #expect(flags.rawValue == UInt64(node) << 58 | UInt64(zone.rawValue) << 55)
        let marked = flags.union([.head, .active, PageFlags(rawValue: 1 << 54)])
        #expect(marked.node == node && marked.zoneNumber == zone.rawValue)
        #expect(marked.zoneAndNode == flags)
      }
    }
    #expect(PageFlags.maximumNodes == 64)
  }

  @Test("last_cpupid stands between named flags and zone, all ones where nobody touched the page")
  func lastCPUPID() {
    #expect(PageFlags.noLastCPUPID.rawValue == 0x7f_fffc_0000_0000)
    for zone in Zone.allCases {
      for node in 0..<64 {
        for value in [0, 1, 0x15_5555, 0x1f_ffff] {
          let plain = PageFlags(zone: zone, node: node).union([.head, .active])
          let flags = plain.union(PageFlags(rawValue: UInt64(value) << 34))
          #expect(flags.lastCPUPID == value && flags.node == node)
          #expect(flags.zoneNumber == zone.rawValue && flags.contains([.head, .active]))
          #expect(flags.zoneAndNode == PageFlags(zone: zone, node: node))
        }
      }
    }
  }

  @Test("Zones have the kernel's numbers")
  func zones() {
    #expect(Zone.allCases == [.dma, .dma32, .normal, .movable, .device])
    #expect(Zone.allCases.map(\.rawValue) == [0, 1, 2, 3, 4])
  }
}
