import Glibc
import SystemPackage
import Testing

/// The numbers that are open here.
func openDescriptors() -> [Int32] { (0..<1024).filter { fcntl($0, F_GETFD) >= 0 } }

/// Uses up all descriptors but so many, and calls the body; again if it says that it had more: the
/// test's own runtime may close some meanwhile.
func withDescriptors(_ count: Int, _ body: () throws -> Bool) rethrows {
  for _ in 0..<20 {
    leaveDescriptors(count)
    if try body() { return }
  }
  Issue.record("never that few descriptors")
}

/// What is open before stays.
private func leaveDescriptors(_ count: Int) {
  var limit = rlimit(rlim_cur: 256, rlim_max: 256)
  unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  var taken: [Int32] = []
  while true {
    let number = unsafe open("/dev/null", O_RDONLY)
    if number < 0 { break }
    taken.append(number)
  }
  for number in taken.suffix(count) { close(number) }
}

/// Puts a new file in the place of a standard stream.
func redirect(_ stream: Int32, to path: FilePath) throws {
  let file = try FileDescriptor.open(path, .readWrite)
  _ = try file.duplicate(as: FileDescriptor(rawValue: stream))
}
