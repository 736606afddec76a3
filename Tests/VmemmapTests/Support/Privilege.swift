import Glibc
import Testing

/// What this process may do, found out without the model.
enum Privilege {
  /// Whether page frame numbers are shown to it, and not zeros in their place.
  static let seesPageFrames: Bool = {
    let descriptor = unsafe open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var touched: UInt64 = 1
    var entry: UInt64 = 0
    return unsafe withUnsafePointer(to: &touched) { pointer in
      let position = Int(UInt(bitPattern: pointer) / 4096 * 8)
      return unsafe pread(descriptor, &entry, 8, position) == 8 && entry << 9 != 0
    }
  }()

  static let needsPageFrames: Comment = "page frame numbers are for CAP_SYS_ADMIN only"
}
