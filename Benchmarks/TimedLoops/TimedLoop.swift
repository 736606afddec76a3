import CVmemmap
import Vmemmap

/// A timed loop: one C symbol for each operation, mode, arm and code layout.
@safe
public struct TimedLoop: Sendable {
  typealias Function = @convention(c) (UInt, UInt, UnsafePointer<UInt>, Int) -> UInt

  private let function: Function

  init(_ function: Function) { unsafe self.function = unsafe function }

  /// Runs the loop.
  ///
  /// - Parameters:
  ///   - base: the address of page frame 0's struct page.
  ///   - start: the offset of a chain's first page.
  ///   - steps: what the loop's shell needs of each step.
  ///   - count: how many steps, a multiple of ``unrolling``.
  /// - Returns: the wrapping sum of the answers.
  @unsafe
  public func callAsFunction(
    base: UInt, start: UInt, steps: UnsafePointer<UInt>, count: Int
  ) -> UInt {
    unsafe function(base, start, steps, count)
  }
}

/// How many operations stand in one turn of a timed loop.
public let unrolling = 8

/// The same number, in a general register, and of which the compiler knows nothing more.
///
/// Both ends of an operation are this: what it begins with, so that no arm finds its addresses with
/// another instruction than others do, and what it ends with, so that no arm goes on adding where
/// others wait. The empty loops then do all that the others do but the operation.
@inline(__always)
func inRegister(_ word: UInt) -> UInt { UInt(cvm_opaque_u64(UInt64(word))) }

/// Adds one answer at once. Left to itself, the compiler keeps those of a turn in vector registers or
/// on the stack to add them together.
@inline(__always)
func accumulate(_ answer: UInt, to sum: inout UInt) {
  sum = inRegister(sum &+ inRegister(answer))
}
