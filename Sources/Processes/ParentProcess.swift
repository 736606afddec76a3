import CProcesses
import Glibc
import SystemPackage

/// The process that started this one.
public enum ParentProcess {
  /// Lets this process be killed when the thread that started it ends, however that comes; at once if
  /// it has ended already. What asks a whole group of processes to stop, such as Ctrl-C, is left to
  /// the parent: it knows what to keep.
  ///
  /// - Parameter parent: its process number, handed over by itself: after its end this process would
  ///   be told another's.
  /// - Throws: ``ProcessError/system(attempt:errno:)``.
  public static func endWithParent(_ parent: Int32) throws(ProcessError) {
    guard cpr_die_with_parent() == 0 else {
      throw .system(attempt: "ask to be ended with process \(parent)", errno: .last)
    }
    // Its own CPU time is its own affair.
    for stop in StopSignal.allCases where stop != .cpuTime { signal(stop.rawValue, SIG_IGN) }
    if getppid() != parent { _exit(128 + SIGKILL) }
  }

  /// Lets a limit on CPU time that is soft and hard at once, as `ulimit -t` sets it, warn by SIGXCPU before
  /// it kills.
  public static func askForWarningOfCPUTime() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit) == 0,
      limit.rlim_cur == limit.rlim_max, (2..<rlim_t.max).contains(limit.rlim_cur)
    else { return }
    limit.rlim_cur -= 1
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit)
  }

  /// Lets the kernel end this process first where memory runs out, and not the one that started it,
  /// which keeps what was measured. Without /proc it chooses by itself.
  public static func yieldMemory() {
    let path: FilePath = "/proc/self/oom_score_adj"
    let file = try? FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
    _ = try? file?.closeAfter { try file?.writeAll("1000".utf8) }
  }
}
