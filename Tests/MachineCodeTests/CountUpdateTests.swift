import Foundation
import Testing

@testable import MachineCode

@Suite("Changes of a page's count, by their code")
struct CountUpdateTests {
  private typealias Shape = Disassembly.CountUpdate.Shape

  private static func shapes(_ symbol: String, _ objdump: Objdump) throws -> [Shape] {
    let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let function = try #require(
      try Disassembly.read(binary: path, symbols: [symbol], with: objdump).first)
    return Disassembly.CountUpdate.all(in: function.instructions).map(\.shape)
  }

  @Test("Forms A to D load the count first", arguments: BinaryTests.tools)
  func loadsFirst(objdump: Objdump) throws {
    #expect(try Self.shapes("fixture_get_loaded", objdump) == [.loadsFirst])
  }

  @Test(
    "Form E assumes 1: none is taken for a load, whatever is tried again",
    arguments: BinaryTests.tools)
  func assumesOne(objdump: Objdump) throws {
    let shapes = try Self.shapes("fixture_get_assumed", objdump)
    #expect(shapes.contains(.assumesOne))
    #expect(Set(shapes).isSubset(of: [.assumesOne, .otherExchange]))
  }

  @Test("Form F adds, and the sign decides", arguments: BinaryTests.tools)
  func signDecides(objdump: Objdump) throws {
    for name in ["fixture_get_by_sign", "fixture_get_one_by_sign"] {
      #expect(try Self.shapes(name, objdump) == [.addsAndTestsSign], "\(name)")
    }
  }

  @Test("Freezing stores 0, also where a count of 1 is expected", arguments: BinaryTests.tools)
  func freezes(objdump: Objdump) throws {
    for name in ["fixture_freeze", "fixture_freeze_one", "fixture_freeze_behind_call"] {
      #expect(try Self.shapes(name, objdump) == [.freezes], "\(name)")
    }
  }

  @Test("What looks alike is none of them", arguments: BinaryTests.tools)
  func others(objdump: Objdump) throws {
    #expect(try Self.shapes("fixture_drop_to_frozen", objdump) == [.otherExchange])
    #expect(try Self.shapes("fixture_refcount_inc", objdump) == [])
    #expect(try Self.shapes("fixture_drop_by_sign", objdump) == [])
    #expect(try Self.shapes("fixture_count_beside_sign", objdump) == [])
    // Its counters are no pages: they have no offset.
    #expect(try Self.shapes("fixture_add_unless_zero", objdump) == [])
  }
}
