import CTorture
import Foundation
import Measurement
import Synchronization
import Vmemmap

/// A thread that makes one call at a time, and stops and faults where another thread can tell.
///
/// Unchecked because of the call and what came of it: they are the walking thread's from `begin()` to
/// the end of the walk, and the other thread's otherwise; the state, an atomic, hands them over.
final class SteppedWalker: @unchecked Sendable {
  private enum State: Int {
    case idle, walking, stopped, faulted, quitting
  }

  private let arm: TortureArm
  /// Held, because it must outlive the thread even where an error ends the torture.
  private let life: FolioLife
  private let atomicState = Atomic(State.idle.rawValue)
  private let mayGoOn = Atomic(false)
  /// Wake the walking thread, and the other one, to look at the state again. More wake-ups than
  /// changes do no harm.
  private let wakeWalker = DispatchSemaphore(value: 0)
  private let wakeOther = DispatchSemaphore(value: 0)

  private var page = Page(address: 0)
  private var stop = 0
  private var again = 0
  /// How often the last walk had so many instructions as to be stopped.
  private(set) var stops = 0
  /// Whether the last walk stored to a read-only struct page.
  private(set) var hasFaulted = false
  /// Of all walks.
  private(set) var tally = Tally()

  /// For how long a stopped walk lets itself be waited for, in microseconds. Most waiting that is not
  /// for the walk takes less.
  private static let patience = 200

  /// - Throws: where no thread can be had.
  init(_ arm: TortureArm, on life: FolioLife) throws(VmemmapError) {
    self.arm = arm
    self.life = life
    try startThread { [self] in
      arm.rcu?.registerThread()
      walkUntilQuit()
      arm.rcu?.unregisterThread()
    }
  }

  private var state: State {
    get { State(rawValue: atomicState.load(ordering: .sequentiallyConsistent))! }
    set { atomicState.store(newValue.rawValue, ordering: .sequentiallyConsistent) }
  }

  private var isLetGoOn: Bool { mayGoOn.load(ordering: .sequentiallyConsistent) }

  private static func from(_ context: UnsafeMutableRawPointer?) -> SteppedWalker {
    unsafe Unmanaged.fromOpaque(context!).takeUnretainedValue()
  }
}

// MARK: - The other thread's side

extension SteppedWalker {
  /// Begins a walk, and returns when it is stopped, faults or ends.
  ///
  /// - Parameters:
  ///   - stop: the number of instructions before the stop; negative for no stop.
  ///   - again: the number of instructions from there to a second one.
  func begin(_ page: Page, stop: Int, again: Int = -1) {
    self.page = page
    self.stop = stop
    self.again = again
    stops = 0
    hasFaulted = false
    mayGoOn.store(false, ordering: .sequentiallyConsistent)
    state = .walking
    wakeWalker.signal()
    while state == .walking { wakeOther.wait() }
  }

  /// Lets a stopped walk go on, and returns when it is stopped again, faults or ends.
  func goOn() {
    mayGoOn.store(true, ordering: .sequentiallyConsistent)
    wakeWalker.signal()
    while state == .walking || state == .stopped && isLetGoOn { wakeOther.wait() }
  }

  /// Waits for the end of a walk; one that faulted ends when its page is writable again.
  func end() {
    wakeWalker.signal()
    while state != .idle { wakeOther.wait() }
  }

  /// Ends the thread.
  func quit() {
    state = .quitting
    wakeWalker.signal()
  }
}

// MARK: - The walking thread's side

extension SteppedWalker {
  private func tell(_ newState: State) {
    state = newState
    wakeOther.signal()
  }

  private func walkUntilQuit() {
    while state != .quitting {
      if state == .walking {
        walk()
        tell(.idle)
      }
      wakeWalker.wait()
    }
  }

  private func walk() {
    var call = unsafe ctorture_call(
      walk: arm.walk, page: page.address,
      begin: life.structPages.lowerBound, end: life.structPages.upperBound, stop: stop,
      again: again,
      stopped: { unsafe SteppedWalker.from($0).waitForLeave() },
      faulted: { unsafe SteppedWalker.from($0).waitUntilWritable() },
      context: Unmanaged.passUnretained(self).toOpaque())
    let answer = unsafe ctorture_call(&call)
    tally.note(taken: answer != ctorture_refused)
    if answer == ctorture_freed { life.noteFree(page) }
  }

  /// In a signal handler, before an instruction.
  private func waitForLeave() {
    stops += 1
    tell(.stopped)
    var isWaitedFor = false
    while !isLetGoOn {
      let patience = DispatchTime.now() + .microseconds(SteppedWalker.patience)
      guard wakeWalker.wait(timeout: patience) == .timedOut else { continue }
      // A life that waited before and after may be waiting for this walk.
      if isWaitedFor && life.clock.isWaiting { break }
      isWaitedFor = life.clock.isWaiting
    }
    // In this order: a walk that was let go on is walking.
    state = .walking
    mayGoOn.store(false, ordering: .sequentiallyConsistent)
  }

  /// In a signal handler, in the middle of an instruction.
  private func waitUntilWritable() {
    hasFaulted = true
    tally.faults += 1
    tell(.faulted)
    // Not only when woken: a grace period may be waiting for the walk.
    while life.clock.isReadOnly {
      _ = wakeWalker.wait(timeout: .now() + .microseconds(SteppedWalker.patience))
    }
    state = .walking
  }
}
