import Glibc
import SystemPackage
import Testing

@testable import Processes

/// More than any of these takes on a machine that does much else.
let plenty = Duration.seconds(30)

@Suite("A child process")
struct ChildProcessTests {
  private func shell(_ script: String) -> Command {
    Command("sh", ["-c", Command.Argument(script)])
  }

  /// All events until the child's end, and what it printed.
  private func events(
    of command: Command
  ) throws -> (events: [ChildProcess.Event], printed: String) {
    var child = try ChildProcess(command, output: .pipe)
    var bytes: [UInt8] = []
    var events: [ChildProcess.Event] = []
    while true {
      let event = try child.next(into: &bytes, until: .now + plenty)
      events.append(event)
      switch event {
      case .output, .endOfOutput: continue
      default: return (events, String(decoding: bytes, as: UTF8.self))
      }
    }
  }

  @Test("Its end is told, again and again: a status, or a signal")
  func endings() throws {
    for status in [0, 1, 7, 255] as [Int32] {
      var child = try ChildProcess(shell("exit \(status)"))
      #expect(try child.wait(until: .now + plenty) == .exit(status: status))
      #expect(try child.wait(until: .now) == .exit(status: status))
    }
    #expect(
      try events(of: shell("kill -TERM $$")).events.last
        == .ended(.signal(SIGTERM, dumpedCore: false)))
    #expect(Ending(waitStatus: 0x80 | SIGSEGV) == .signal(SIGSEGV, dumpedCore: true))
  }

  @Test("A child that closes its output and lives: first the one is told, then the other")
  func closedOutput() throws {
    let (events, printed) = try events(of: shell("echo text; exec >&-; sleep 0.3; exit 3"))
    #expect(printed == "text\n")
    #expect(events == [.output(5), .endOfOutput, .ended(.exit(status: 3))])
  }

  @Test("All that a child printed is told before its end, with the pipe open elsewhere, too")
  func outputFirst() throws {
    for _ in 0..<50 {
      let (events, printed) = try events(of: shell("sleep 2 & echo text"))
      #expect(printed == "text\n")
      #expect(events == [.output(5), .ended(.exit(status: 0))])
    }
  }

  @Test("A child that does not end is left alone until the deadline, and killed with its value")
  func endless() throws {
    let id: Int32
    do {
      var child = try ChildProcess(Command("sleep", ["1000"]), output: .pipe)
      id = child.id
      var bytes: [UInt8] = []
      let begin = Deadline.now
      #expect(try child.next(into: &bytes, until: .now + .milliseconds(200)) == .timeout)
      #expect(try child.wait(until: .now + .milliseconds(200)) == nil)
      let elapsed = begin.duration(to: .now)
      #expect(elapsed >= .milliseconds(400) && elapsed < plenty)
      #expect(kill(id, 0) == 0)
    }
    #expect(kill(id, 0) == -1 && errno == ESRCH)
  }

  @Test("A child can be sent a signal; one that has ended is not, as its number may be another's")
  func signals() throws {
    var child = try ChildProcess(Command("sleep", ["1000"]))
    child.kill(SIGINT)
    #expect(try child.wait(until: .now + plenty) == .signal(SIGINT, dumpedCore: false))
    child.kill()
    #expect(child.ending == .signal(SIGINT, dumpedCore: false))
  }

  @Test("Arguments and variables arrive byte for byte, even if they are not UTF-8")
  func bytes() throws {
    let odd: [UInt8] = [0xff, 0x20, 0x0a, 0x80]
    let arguments = Command("printf", ["%s|", Command.Argument(bytes: odd), "", "a b"])
    #expect(
      try arguments.collect(limit: 100, timeout: plenty) == odd + Array("||a b|".utf8))
    unsafe setenv("PROCESSES_TESTS", "ours", 1)
    unsafe setenv("PROCESSES_TESTS_2", "ours", 1)
    let command = Command("env", environment: ["PROCESSES_TESTS": "new", "HOME": "there"])
    let printed = String(
      decoding: try command.collect(limit: 1 << 20, timeout: plenty), as: UTF8.self)
    let own = printed.split(separator: "\n").filter {
      $0.hasPrefix("PROCESSES_TESTS") || $0.hasPrefix("HOME=")
    }
    #expect(own.sorted() == ["HOME=there", "PROCESSES_TESTS=new", "PROCESSES_TESTS_2=ours"])
  }

  @Test("A child has the standard streams only, and nothing to read")
  func descriptors() throws {
    let leaked = try FileDescriptor.open(FilePath("/dev/null"), .readOnly)
    defer { try? leaked.close() }
    // The shell looks for files of its own; one is the folder that it reads.
    let listed = try shell("cat; echo /proc/$$/fd/*").collect(limit: 1000, timeout: plenty)
    let numbers = String(decoding: listed, as: UTF8.self).split(whereSeparator: \.isWhitespace)
      .compactMap { $0.split(separator: "/").last.flatMap { Int($0) } }
    #expect(Set(numbers).isSuperset(of: [0, 1, 2]))
    #expect(!numbers.contains(Int(leaked.rawValue)), "\(numbers)")
  }

  @Test("What can't be started says which program, why, and the way out")
  func refusals() {
    let refusals: [(Command, Errno, String)] = [
      (Command("/nonexistent/objdump", ["-d"]), .noSuchFileOrDirectory, "install it"),
      (Command("no-such-program-anywhere"), .noSuchFileOrDirectory, "PATH"),
      (Command("/etc/passwd"), .permissionDenied, "may read and execute"),
      (Command("echo", [Command.Argument(bytes: [0x61, 0])]), .invalidArgument, "zero byte"),
      (
        Command("true", [Command.Argument(String(repeating: "x", count: 4 << 20))]),
        .argListTooLong, "fewer"
      ),
    ]
    for (command, errno, wayOut) in refusals {
      let error = #expect(throws: ProcessError.self) { _ = try ChildProcess(command) }
      guard case .unstartable(let told, errno) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(told.contains(command.program.string) && told.count < 300)
      #expect(error?.description.contains(wayOut) == true, "\(String(describing: error))")
    }
  }
}
