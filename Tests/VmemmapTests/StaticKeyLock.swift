import Synchronization
import Vmemmap

/// Runs `body` with the old kernel's static key in a position.
///
/// There is one key for the process: bodies exclude each other, whatever tests they belong to.
func withStaticKey(_ enabled: Bool, _ body: () throws -> Void) throws {
  try keyLock.withLock { _ in
    try OptimizeVmemmapKey.set(enabled)
    try body()
  }
}

private let keyLock = Mutex(())
