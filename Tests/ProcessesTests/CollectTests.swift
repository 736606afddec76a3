import Glibc
import Testing

@testable import Processes

@Suite("The whole output of a command")
struct CollectTests {
  private func shell(_ script: String) -> Command {
    Command("sh", ["-c", Command.Argument(script)])
  }

  @Test("All of 50 MB is read")
  func muchOutput() throws {
    let bytes = try Command("head", ["-c", "50000000", "/dev/zero"])
      .collect(limit: 50_000_000, timeout: plenty)
    #expect(bytes.count == 50_000_000)
  }

  @Test("Commands run at the same time, and what they print stays apart and in order")
  func parallel() throws {
    let begin = Deadline.now
    let commands = (0..<8).map {
      shell("echo \($0); sleep 1; head -c 200000 /dev/zero; echo \($0)")
    }
    let printed = try Command.collect(commands, limit: 1 << 20, timeout: plenty)
    // One after the other they would take 8 s.
    #expect(begin.duration(to: .now) < .seconds(6))
    for (number, bytes) in printed.enumerated() {
      let line = Array("\(number)\n".utf8)
      #expect(bytes == line + [UInt8](repeating: 0, count: 200_000) + line)
    }
  }

  @Test("A command that takes too long, or prints too much, is told and ended")
  func limits() throws {
    #expect(throws: ProcessError.timeout(command: "sleep 1000", .milliseconds(200))) {
      try Command("sleep", ["1000"]).collect(limit: 1, timeout: .milliseconds(200))
    }
    #expect(throws: ProcessError.tooMuchOutput(command: "yes", limit: 1000)) {
      try Command("yes").collect(limit: 1000, timeout: plenty)
    }
    #expect(throws: ProcessError.timeout(command: "yes", .milliseconds(300))) {
      try Command("yes").collect(limit: .max, timeout: .milliseconds(300))
    }
  }

  @Test("A command that fails is told with how it ended, and one that dies with its signal")
  func failures() {
    #expect(throws: ProcessError.failed(command: "sh -c exit 3", .exit(status: 3))) {
      try shell("exit 3").collect(limit: 10, timeout: plenty)
    }
    #expect(
      throws: ProcessError.failed(
        command: "sh -c kill -KILL $$", .signal(SIGKILL, dumpedCore: false))
    ) {
      try shell("kill -KILL $$").collect(limit: 10, timeout: plenty)
    }
  }

  @Test("Nothing is left of commands, however they ended: no process, no zombie, no descriptor")
  func nothingLeft() async {
    await #expect(processExitsWith: .success) {
      let before = openDescriptors().count
      let rounds = 20
      for _ in 0..<rounds {
        for script in ["exit 0", "exit 1", "kill -KILL $$", "exec sleep 1000", "exec yes"] {
          _ = try? Command("sh", ["-c", Command.Argument(script)])
            .collect(limit: 1000, timeout: .milliseconds(30))
        }
        _ = try? Command("/nonexistent").collect(limit: 1, timeout: plenty)
      }
      let left = waitpid(-1, nil, WNOHANG)
      let error = errno
      #expect(left == -1 && error == ECHILD)
      // The test's own runtime may have opened some.
      #expect(openDescriptors().count < before + rounds)
    }
  }

  @Test("Where this process was started with children ignored, their end is told all the same")
  func ignoredChildren() async {
    await #expect(processExitsWith: .success) {
      signal(SIGCHLD, SIG_IGN)
      #expect(throws: ProcessError.failed(command: "sh -c exit 3", .exit(status: 3))) {
        try Command("sh", ["-c", "exit 3"]).collect(limit: 10, timeout: plenty)
      }
    }
  }
}
