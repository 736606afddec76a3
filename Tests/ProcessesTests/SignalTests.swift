import Foundation
import SystemPackage
import Testing

@testable import Processes

/// Signals are raised for the thread that waits for them: the process of a test has others.
@Suite("Signals that ask a program to end")
struct SignalTests {
  @Test("Each waits until it is taken, and is told while a child runs")
  func taken() async {
    await #expect(processExitsWith: .success) {
      let signals = StopSignals()
      var child = try ChildProcess(Command("sleep", ["1000"]), output: .pipe)
      var bytes: [UInt8] = []
      for signal in StopSignal.allCases {
        #expect(signals.take() == nil)
        raise(signal.rawValue)
        #expect(try child.next(into: &bytes, until: .now + plenty, or: signals) == .stop(signal))
      }
      raise(SIGINT)
      #expect(signals.take() == .interrupt)
      #expect(
        try child.next(into: &bytes, until: .now + .milliseconds(50), or: signals) == .timeout)
    }
  }

  @Test("A signal is told before output that never ends")
  func priority() async {
    await #expect(processExitsWith: .success) {
      let signals = StopSignals()
      var child = try ChildProcess(Command("yes"), output: .pipe)
      var bytes: [UInt8] = []
      raise(SIGTERM)
      #expect(
        try child.next(into: &bytes, until: .now + plenty, or: signals) == .stop(.terminate))
    }
  }

  @Test("Those that were not taken act once nobody waits for them any more")
  func notTaken() async {
    await #expect(processExitsWith: .signal(SIGTERM)) {
      // The threads of a test block signals.
      var none = sigset_t()
      unsafe sigemptyset(&none)
      unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
      do {
        let signals = StopSignals()
        raise(SIGTERM)
        withExtendedLifetime(signals) {}
      }
      exit(0)
    }
  }

  @Test("The first waits until something is finished, whether it came before or meanwhile")
  func held() async {
    let meanwhile = await #expect(
      processExitsWith: .signal(SIGTERM), observing: [\.standardOutputContent]
    ) {
      Self.holdFirst {
        raise(SIGTERM)
        Self.say("finished")
      }
    }
    #expect(meanwhile?.standardOutputContent.contains(Array("finished".utf8)) == true)
    let before = await #expect(
      processExitsWith: .signal(SIGTERM), observing: [\.standardOutputContent]
    ) {
      Self.holdFirst(after: SIGTERM) { Self.say("finished") }
    }
    #expect(before?.standardOutputContent.contains(Array("finished".utf8)) == true)
    await #expect(processExitsWith: .exitCode(7)) { Self.holdFirst {} }
  }

  @Test("The second ends the process at once, whichever it is")
  func secondAfterHeld() async {
    await #expect(processExitsWith: .signal(SIGINT)) {
      Self.holdFirst {
        raise(SIGTERM)
        raise(SIGINT)
        exit(8)
      }
    }
    await #expect(processExitsWith: .signal(SIGINT)) {
      Self.holdFirst(after: SIGINT) {
        raise(SIGINT)
        exit(8)
      }
    }
  }

  private static func say(_ text: String) {
    _ = try? FileDescriptor.standardOutput.writeAll(text.utf8)
  }

  /// Exits with status 7 if nothing ends this process before.
  private static func holdFirst(after earlier: Int32? = nil, _ body: () -> Void) {
    // The threads of a test block signals.
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
    do {
      let signals = StopSignals()
      if let earlier { raise(earlier) }
      signals.holdFirst()
      body()
      withExtendedLifetime(signals) {}
    }
    exit(7)
  }

  @Test("A signal that this process handles ends no wait")
  func handled() async {
    await #expect(processExitsWith: .success) {
      // The threads of a test block signals.
      var none = sigset_t()
      unsafe sigemptyset(&none)
      unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
      signal(SIGUSR2) { _ in }
      let waiting = pthread_self()
      Thread {
        Thread.sleep(forTimeInterval: 0.05)
        pthread_kill(waiting, SIGUSR2)
      }.start()
      let pipe = try SystemCall.pipe(for: Command("none"))
      let deadline = Deadline.now + .milliseconds(300)
      #expect(try SystemCall.poll([pipe.read], until: deadline) == [false])
      #expect(Deadline.now >= deadline)
    }
  }

  @Test("What is ignored from the start stays so, here and in children")
  func ignored() async {
    await #expect(processExitsWith: .success) {
      signal(SIGHUP, SIG_IGN)
      let signals = StopSignals()
      raise(SIGHUP)
      #expect(signals.take() == nil)
      var child = try ChildProcess(Command("sh", ["-c", "kill -HUP $$; exit 5"]))
      #expect(try child.wait(until: .now + plenty) == .exit(status: 5))
      withExtendedLifetime(signals) {}
    }
  }

  @Test(
    "A child's own signals neither wait nor are ignored",
    arguments: [SIGINT, SIGTERM, SIGPIPE, SIGXFSZ])
  func inChildren(_ number: Int32) async {
    await #expect(processExitsWith: .success) { [number] in
      StandardStreams.prepare()
      let signals = StopSignals()
      let script = Command.Argument("kill -\(number) $$; exit 5")
      var child = try ChildProcess(Command("sh", ["-c", script]))
      let ending = try child.wait(until: .now + plenty)
      guard case .signal(number, _) = ending else {
        Issue.record("\(String(describing: ending))")
        return
      }
      withExtendedLifetime(signals) {}
    }
  }

  @Test("Exit statuses are those of shells")
  func statuses() {
    #expect(StopSignal.allCases.map(\.exitStatus) == [129, 130, 131, 138, 142, 143, 152])
    #expect(
      StopSignal.allCases.map(\.rawValue) == [
        SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGALRM, SIGTERM, SIGXCPU,
      ])
  }

  @Test("A process whose parent has ended already ends at once")
  func orphan() async {
    await #expect(processExitsWith: .exitCode(128 + SIGKILL)) {
      try ParentProcess.endWithParent(getppid() + 1)
    }
  }

  @Test("A process whose parent is there leaves it to the parent to be stopped")
  func withParent() async {
    await #expect(processExitsWith: .success) {
      try ParentProcess.endWithParent(getppid())
      for signal in StopSignal.allCases where signal != .cpuTime { raise(signal.rawValue) }
    }
  }

  @Test("A process that has used its CPU time ends, whatever its parent waits for")
  func cpuTime() async {
    await #expect(processExitsWith: .signal(SIGXCPU)) {
      // The threads of a test block signals.
      var none = sigset_t()
      unsafe sigemptyset(&none)
      unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
      try ParentProcess.endWithParent(getppid())
      raise(SIGXCPU)
    }
  }

  @Test("A process can ask to be the first to go where memory runs out")
  func memory() async {
    await #expect(processExitsWith: .success) {
      ParentProcess.yieldMemory()
      let shown = try Command("cat", ["/proc/self/oom_score_adj"])
        .collect(limit: 9, timeout: plenty)
      #expect(shown == Array("1000\n".utf8))
    }
  }
}
