package import SystemPackage

extension Errno {
  /// What a person can do where a system call met a limit or a failure that any call may meet; nil where
  /// that depends on what was tried.
  ///
  /// Each limit is named by what raises it.
  package var wayOut: String? {
    switch self {
    case .tooManyOpenFiles:
      "raise the limit on open files of this process: 'ulimit -n 64'"
    case .tooManyOpenFilesInSystem:
      "the whole system has too many open files: close some, or raise fs.file-max"
    case .noMemory:
      "free memory, or raise 'ulimit -v' or the control group's memory limit"
    case .resourceTemporarilyUnavailable:
      "the kernel is short of something: try again; where it is processes or threads, raise 'ulimit -u', or "
        + "pids.max of the control group"
    case .noSpace:
      "free space there"
    case .diskQuotaExceeded:
      "free space there, or have the quota raised"
    case .fileTooLarge:
      "raise the limit on file size: 'ulimit -f'"
    case .ioError:
      "the device or file system failed: 'dmesg' may say why"
    case .noFunction:
      "this kernel lacks the call, or a security policy hides it"
    case .readOnlyFileSystem:
      "it is mounted read-only"
    default: nil
    }
  }

  /// Whether a privilege, an owner or a security policy is in the way.
  package var isRefusal: Bool { self == .permissionDenied || self == .notPermitted }
}
