import Foundation
import Host
import Kernel
import SystemPackage
import TestSupport
import Testing

@Suite("Which folios memory is in, by /proc/kpageflags")
struct FolioPopulationTests {
  private enum Flag {
    static let lru: UInt64 = 1 << 5
    static let slab: UInt64 = 1 << 7
    static let buddy: UInt64 = 1 << 10
    static let anonymous: UInt64 = 1 << 12
    static let head: UInt64 = 1 << 15
    static let tail: UInt64 = 1 << 16
    static let huge: UInt64 = 1 << 17
    static let nopage: UInt64 = 1 << 20
  }

  private func population(_ flags: [UInt64]) throws -> [Int: Int] {
    let prepared = try PreparedTree()
    try prepared.write(
      Data(flags.flatMap { flags in (0..<8).map { UInt8(truncatingIfNeeded: flags >> ($0 * 8)) } }),
      to: "proc/kpageflags")
    return try FolioPopulation.read(prepared.tree).pages
  }

  private func folio(_ order: Int, _ kind: UInt64) -> [UInt64] {
    guard order > 0 else { return [kind] }
    return [kind | Flag.head] + Array(repeating: kind | Flag.tail, count: 1 << order - 1)
  }

  @Test("Folios of processes and of the page cache are counted by order, and nothing else")
  func kinds() throws {
    let flags =
      [Flag.nopage, Flag.buddy, 0, Flag.lru, Flag.lru] + folio(4, Flag.lru)
      + folio(3, Flag.slab) + folio(9, Flag.anonymous) + folio(9, Flag.lru) + [Flag.slab]
      + folio(2, Flag.lru | Flag.anonymous) + [Flag.anonymous]
    #expect(try population(flags) == [0: 3, 2: 4, 4: 16, 9: 1024])
  }

  @Test("A huge page is one, though HVO before 7.1 shows fake heads in it")
  func fakeHeads() throws {
    let parts = (0..<8).flatMap { _ in folio(6, Flag.huge) }
    #expect(try population(parts + parts + [Flag.lru]) == [0: 1, 9: 1024])
    #expect(try population(folio(9, Flag.huge) + folio(18, Flag.huge)) == [9: 512, 18: 1 << 18])
    // What no flag tells from 512 pages of 2 MiB.
    let gigabyte = (0..<4096).flatMap { _ in folio(6, Flag.huge) }
    #expect(try population(gigabyte) == [9: 1 << 18])
  }

  @Test(
    "A folio over the end of what is read at once is one folio; one that was torn, smaller ones")
  func ends() throws {
    let before = [UInt64](repeating: Flag.buddy, count: 1 << 16 - 3)
    #expect(try population(before + folio(9, Flag.lru)) == [9: 512])
    #expect(try population(Array(folio(3, Flag.lru)[..<7])) == [0: 1, 1: 2, 2: 4])
    #expect(try population([]) == [:])
  }

  @Test("Without the file there is a way out")
  func missing() throws {
    let prepared = try PreparedTree(["proc/version": ""])
    #expect(throws: SystemTreeError.self) { try FolioPopulation.read(prepared.tree) }
  }
}
