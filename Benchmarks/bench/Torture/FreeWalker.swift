import CTorture
import Foundation
import Measurement
import Vmemmap

/// A thread's part of ``FreeWalks``: takes references on pages at random, and gives them back.
///
/// Unchecked because of what it counts: it is the walking thread's until that has ended.
final class FreeWalker: @unchecked Sendable {
  private let arm: TortureArm
  /// Held, because it must outlive the thread even where an error ends the torture.
  private let life: FolioLife
  private var generator: SeededGenerator
  private var walkBegan = Moment(number: 0)
  private(set) var tally = Tally()
  /// Faults that the kernel's argument does not have.
  private(set) var unpredictedFaults = 0

  init(_ arm: TortureArm, on life: FolioLife, _ generator: SeededGenerator) {
    self.arm = arm
    self.life = life
    self.generator = generator
  }

  /// Walks until the folios have lived long enough.
  func walk() {
    arm.rcu?.registerThread()
    defer { arm.rcu?.unregisterThread() }
    var call = unsafe ctorture_call(
      walk: arm.walk, page: 0,
      begin: life.structPages.lowerBound, end: life.structPages.upperBound, stop: -1,
      again: -1,
      stopped: nil, faulted: { unsafe FreeWalker.from($0).waitUntilWritable() },
      context: Unmanaged.passUnretained(self).toOpaque())
    while !life.clock.isOver {
      let page = randomPage()
      unsafe call.page = page.address
      walkBegan = life.clock.now
      let answer = unsafe ctorture_call(&call)
      tally.note(taken: answer != ctorture_refused)
      if answer == ctorture_freed { life.noteFree(page) }
    }
  }

  /// A head or the start of a vmemmap page, where the forms differ, as often as any other page.
  private func randomPage() -> Page {
    let pfn = generator.below(life.structPages.count / Page.size)
    let isAny = generator.below(2) == 0
    return life[isAny ? pfn : pfn & ~(structPagesPerVmemmapPage - 1)]
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> FreeWalker {
    unsafe Unmanaged.fromOpaque(context!).takeUnretainedValue()
  }

  /// In a signal handler, in the middle of a walk.
  private func waitUntilWritable() {
    tally.faults += 1
    // The walk began then or later: it has not met more than these stages.
    if arm.faultsFrom.isDisjoint(with: walkBegan.stages(to: life.clock.now)) {
      unpredictedFaults += 1
    }
    while life.clock.isReadOnly { sched_yield() }
  }
}
