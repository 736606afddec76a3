import CProcesses
import Glibc

/// What was typed. Swift's `CommandLine` reads it from /proc, and has nothing where that is not mounted:
/// every command would be the default one.
public enum ProgramArguments {
  /// Those after the program's name.
  public static let typed: [String] = {
    var count: Int32 = 0
    guard let arguments = unsafe cpr_arguments(&count) else { return [] }
    return (1..<max(1, Int(count))).compactMap { index in
      unsafe arguments[index].map { unsafe String(cString: $0) }
    }
  }()
}
