import Synchronization
import Testing
import Vmemmap

/// Runs `body` with the old kernel's static key in a position, held on by nobody else.
///
/// There is one key for the process: bodies exclude each other, whatever tests they belong to. Maps
/// that are optimised outside of them must not hold it.
func withStaticKey(_ enabled: Bool, _ body: () throws -> Void) throws {
  try keyLock.withLock { _ in
    try #require(OptimizeVmemmapKey.count == 0)
    if enabled { try OptimizeVmemmapKey.increment() }
    let result = Result { try body() }
    if enabled { try OptimizeVmemmapKey.decrement() }
    try result.get()
  }
}

private let keyLock = Mutex(())
