import Glibc
import SystemPackage

extension ChildProcess {
  /// What a program that waits for a child goes on with.
  public enum Event: Equatable, Sendable {
    /// So many bytes of its output were read.
    case output(Int)
    /// The child, and whoever inherited its output, has closed it; it may still run.
    case endOfOutput
    /// The child has ended, and all that it had written was read.
    case ended(Ending)
    /// A signal came that asks this process to end.
    case stop(StopSignal)
    /// The deadline came first.
    case timeout
  }

  /// Waits for what comes first; a signal is told before all else, and output before the child's end.
  ///
  /// - Parameters:
  ///   - bytes: what is read is appended here, 64 KiB at a time at most.
  ///   - deadline: when to return at the latest.
  ///   - signals: what to look out for beside the child.
  public mutating func next(
    into bytes: inout [UInt8], until deadline: Deadline, or signals: StopSignals? = nil
  ) throws(ProcessError) -> Event {
    while true {
      if let signal = signals?.take() { return .stop(signal) }
      // Before the output is looked at: what the child wrote before its end must be seen there.
      if handle == nil { _ = try wait(until: .now) }
      let mustLook = handle == nil && ending == nil || signals != nil && signals?.descriptor == nil
      let slice = ending != nil ? .now : mustLook ? .now + Self.interval : deadline
      // The kernel looks at them in this order: the handle first for the same reason.
      let ready = try SystemCall.poll(
        [handle, output, signals?.descriptor], until: min(slice, deadline))
      if ready[2] { continue }
      if ready[1], let event = try read(into: &bytes) { return event }
      if ready[0], ending == nil { _ = try wait(until: .now) }
      if !ready[1], let ending { return .ended(ending) }
      if Deadline.now >= deadline { return .timeout }
    }
  }

  /// - Returns: nil where there was nothing after all.
  private mutating func read(into bytes: inout [UInt8]) throws(ProcessError) -> Event? {
    guard let output else { return nil }
    let (count, errno) = unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) {
      buffer -> (Int, Errno) in
      let count = unsafe Glibc.read(output.rawValue, buffer.baseAddress, buffer.count)
      if count > 0 { unsafe bytes.append(contentsOf: buffer.prefix(count)) }
      return (count, .last)
    }
    if count > 0 { return .output(count) }
    guard count == 0 else {
      if errno == .interrupted { return nil }
      throw .system(attempt: "read what '\(command)' prints", errno: errno)
    }
    try? output.close()
    self.output = nil
    return .endOfOutput
  }
}
