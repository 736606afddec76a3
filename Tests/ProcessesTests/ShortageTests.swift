import Glibc
import SystemPackage
import Testing

@testable import Processes

@Suite("Where descriptors are short or standard streams closed")
struct ShortageTests {
  @Test("Without a descriptor for a pipe the limit is named")
  func noPipe() async {
    await #expect(processExitsWith: .success) {
      withDescriptors(1) {
        do throws(ProcessError) {
          _ = try Command("true").collect(limit: 10, timeout: plenty)
          return false
        } catch {
          #expect(error.description.contains("'true'"))
          #expect(error.description.contains("ulimit -n"))
          return true
        }
      }
    }
  }

  @Test("Without a descriptor for the child's end, output and end are told all the same")
  func noHandle() async {
    await #expect(processExitsWith: .success) {
      try withDescriptors(2) {
        let script: Command.Argument = "echo text; exec >&-; sleep 0.3; exit 3"
        var child = try ChildProcess(Command("sh", ["-c", script]), output: .pipe)
        guard child.handle == nil else { return false }
        var bytes: [UInt8] = []
        #expect(try child.next(into: &bytes, until: .now + plenty) == .output(5))
        #expect(try child.next(into: &bytes, until: .now + plenty) == .endOfOutput)
        #expect(try child.next(into: &bytes, until: .now) == .timeout)
        #expect(
          try child.next(into: &bytes, until: .now + plenty) == .ended(.exit(status: 3)))
        return true
      }
      let command = Command("head", ["-c", "1000000", "/dev/zero"])
      #expect(try command.collect(limit: 1_000_000, timeout: plenty).count == 1_000_000)
    }
  }

  @Test("Without a descriptor for signals they are seen all the same")
  func noSignalDescriptor() async {
    await #expect(processExitsWith: .success) {
      try withDescriptors(0) {
        let signals = StopSignals()
        guard signals.descriptor == nil else { return false }
        var child = try ChildProcess(Command("sleep", ["1000"]))
        var bytes: [UInt8] = []
        #expect(signals.take() == nil)
        raise(SIGHUP)
        #expect(try child.next(into: &bytes, until: .now + plenty, or: signals) == .stop(.hangup))
        #expect(signals.take() == nil)
        return true
      }
    }
  }

  @Test("Closed standard streams do not mix up a child's", arguments: [[0], [1], [2], [0, 1, 2]])
  func closedStreams(_ streams: [Int32]) async {
    await #expect(processExitsWith: .success) { [streams] in
      for stream in streams { close(stream) }
      let command = Command("sh", ["-c", "cat; echo out; echo err >&2"])
      let printed = try command.collect(limit: 100, timeout: plenty)
      #expect(printed == Array("out\n".utf8))
      StandardStreams.prepare()
      for stream in 0...2 as ClosedRange<Int32> { #expect(fcntl(stream, F_GETFD) >= 0) }
      let file = try FileDescriptor.open(FilePath("/dev/null"), .readOnly)
      #expect(file.rawValue > 2)
    }
  }
}
