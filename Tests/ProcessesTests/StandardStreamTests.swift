import Foundation
import SystemPackage
import Testing

@testable import Processes

@Suite("Standard output and error")
struct StandardStreamTests {
  @Test(
    "What could not be printed is told with its reason, however much it was",
    arguments: [1, 1 << 20])
  func fullDisk(_ count: Int) async {
    await #expect(processExitsWith: .success) { [count] in
      try redirect(STDOUT_FILENO, to: "/dev/full")
      StandardStreams.prepare()
      print(String(repeating: "x", count: count))
      #expect(StandardOutput.finish() == .noSpace)
    }
  }

  @Test("A file that would exceed its limit is an error, not the end")
  func fileSize() async {
    await #expect(processExitsWith: .success) {
      let path = "/tmp/processes-tests-\(getpid())"
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
      defer { unsafe unlink(path) }
      try redirect(STDOUT_FILENO, to: FilePath(path))
      StandardStreams.prepare()
      var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
      unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      print(String(repeating: "x", count: 100_000))
      #expect(StandardOutput.finish() == .fileTooLarge)
    }
  }

  @Test("A pipe that nobody reads any more is told as such")
  func closedPipe() async {
    await #expect(processExitsWith: .success) {
      let (read, write) = try FileDescriptor.pipe()
      _ = try write.duplicate(as: .standardOutput)
      try read.close()
      StandardStreams.prepare()
      print("text")
      #expect(StandardOutput.finish() == .brokenPipe)
    }
  }

  @Test("All that is printed arrives, also where the stream was made not to wait")
  func nonBlocking() async {
    await #expect(processExitsWith: .success) {
      let (read, write) = try FileDescriptor.pipe()
      _ = try write.duplicate(as: .standardOutput)
      try write.close()
      _ = fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK)
      StandardStreams.prepare()
      let reader = Thread {
        Thread.sleep(forTimeInterval: 0.2)
        var count = 0
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let read = unsafe Glibc.read(read.rawValue, &buffer, 4096), read > 0 {
          count += read
        }
        exit(count == 1_000_001 ? 0 : 1)
      }
      reader.start()
      print(String(repeating: "x", count: 1_000_000))
      guard StandardOutput.finish() == nil else { exit(2) }
      close(STDOUT_FILENO)
      sleep(20)
      exit(3)
    }
  }

  @Test("Errors that can't be said are dropped", arguments: ["full", "closed", "broken"])
  func droppedErrors(_ kind: String) async {
    await #expect(processExitsWith: .success) { [kind] in
      StandardStreams.prepare()
      switch kind {
      case "full": try redirect(STDERR_FILENO, to: "/dev/full")
      case "closed": close(STDERR_FILENO)
      default:
        let (read, write) = try FileDescriptor.pipe()
        _ = try write.duplicate(as: .standardError)
        try read.close()
      }
      StandardError.write("text\n")
    }
  }

  @Test("Nobody who does not read is waited for; what fits arrives")
  func fullPipe() async {
    await #expect(processExitsWith: .success) {
      let (read, write) = try FileDescriptor.pipe()
      _ = try write.duplicate(as: .standardError)
      let begin = Deadline.now
      StandardError.write(String(repeating: "x", count: 1 << 20), patience: .milliseconds(200))
      StandardError.write("more", patience: .zero)
      let elapsed = begin.duration(to: .now)
      #expect(elapsed >= .milliseconds(200) && elapsed < .seconds(10))
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      #expect(unsafe Glibc.read(read.rawValue, &buffer, buffer.count) == 1 << 16)
      StandardError.write("later", patience: .zero)
      #expect(unsafe Glibc.read(read.rawValue, &buffer, buffer.count) == 5)
    }
  }

  @Test("A wait never ends before its deadline, and none lasts for good")
  func waits() {
    #expect(Deadline.now.millisecondsLeft == 0)
    #expect((Deadline.now + .microseconds(900)).millisecondsLeft == 1)
    #expect((Deadline.now + .seconds(1 << 40)).millisecondsLeft == 60_000)
  }
}
