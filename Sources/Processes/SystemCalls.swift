import CProcesses
import Glibc
import SystemPackage

/// A moment by CLOCK_MONOTONIC, which no change of the time of day moves.
public typealias Deadline = SuspendingClock.Instant

/// One thin wrapper for each system call that children are started and watched with.
enum SystemCall {
  /// Which pipe it is does not matter to a person, but whose output it should have been.
  static func pipe(
    for command: Command
  ) throws(ProcessError) -> (read: FileDescriptor, write: FileDescriptor) {
    var ends: [Int32] = [-1, -1]
    guard unsafe cpr_pipe(&ends) == 0 else {
      throw .system(attempt: "make a pipe for '\(command)'", errno: .last)
    }
    return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
  }

  /// A file in memory, to be read from its beginning.
  static func memoryFile(
    _ bytes: [UInt8], for command: Command
  ) throws(ProcessError) -> FileDescriptor {
    let number = unsafe cpr_memory_file("standard input")
    guard number >= 0 else {
      throw .system(attempt: "make a file in memory for '\(command)'", errno: .last)
    }
    let file = FileDescriptor(rawValue: number)
    do {
      try file.writeAll(bytes)
      try file.seek(offset: 0, from: .start)
      return file
    } catch {
      try? file.close()
      throw .system(
        attempt: "hand \(bytes.count) bytes to '\(command)'", errno: error as? Errno ?? .ioError)
    }
  }

  /// Waits until one of the descriptors can be read, or their other side is gone.
  ///
  /// - Returns: for each whether it is so; none where the deadline came first.
  static func poll(
    _ descriptors: [FileDescriptor?], until deadline: Deadline
  ) throws(ProcessError) -> [Bool] {
    var entries = descriptors.map {
      // Negative numbers are passed over by the kernel.
      pollfd(fd: $0?.rawValue ?? -1, events: Int16(POLLIN), revents: 0)
    }
    while unsafe Glibc.poll(&entries, nfds_t(entries.count), deadline.millisecondsLeft) < 0 {
      if errno != EINTR {
        throw .system(attempt: "wait for \(descriptors.count) descriptors", errno: .last)
      }
    }
    return entries.map { $0.revents != 0 }
  }

  /// How the child ended; nil while it runs. What is told once is not told again.
  static func ending(of child: pid_t) throws(ProcessError) -> Ending? {
    var status: Int32 = 0
    while true {
      let result = unsafe waitpid(child, &status, WNOHANG)
      if result > 0 { return Ending(waitStatus: status) }
      if result == 0 { return nil }
      if errno != EINTR {
        throw .system(attempt: "ask how process \(child) ended", errno: .last)
      }
    }
  }
}

extension Errno {
  /// Of the call before, in this thread.
  static var last: Errno { Errno(rawValue: errno) }
}

extension Deadline {
  /// For `poll()`: rounded up, so that no wait ends before the deadline, and a minute at most.
  var millisecondsLeft: Int32 {
    let left = min(max(.zero, Deadline.now.duration(to: self)), .seconds(60)).components
    return Int32(
      left.seconds * 1000 + (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
