import Testing

@testable import Processes

@Suite("A child process")
struct ChildProcessTests {
  @Test("Its end is told: a status, or a signal")
  func endings() throws {
    for status in [0, 1, 7, 255] as [Int32] {
      var child = try ChildProcess(Command("sh", ["-c", "exit \(status)"]))
      #expect(try child.wait(until: .now + .seconds(20)) == .exit(status: status))
    }
    var child = try ChildProcess(Command("sh", ["-c", "kill -TERM $$"]))
    #expect(try child.wait(until: .now + .seconds(20)) == .signal(15, dumpedCore: false))
  }

  @Test("All of 50 MB that it prints is read, and then its end told")
  func muchOutput() throws {
    let command = Command("head", ["-c", "50000000", "/dev/zero"])
    #expect(try command.collect(limit: 50_000_000, timeout: .seconds(60)).count == 50_000_000)
  }
}
