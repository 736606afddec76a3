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
    for stop in StopSignal.allCases { signal(stop.rawValue, SIG_IGN) }
    if getppid() != parent { _exit(128 + SIGKILL) }
  }
}
