import CVmemmap

/// Numbers of additions for ``dependentAdditions(_:)``. The long chain takes a few microseconds, and the
/// difference to the short one nothing but additions.
public enum AdditionChain {
  public static let short = 6400
  public static let long = 25_600
}

/// Additions of which each waits for the one before: so many cycles of the core that runs them.
///
/// - Parameter count: a multiple of ``distance``.
@c(dependent_additions) @inline(never)
public func dependentAdditions(_ count: Int) -> UInt64 {
  let zero = cvm_opaque_u64(0)
  var value: UInt64 = 0
  var done = 0
  while done < count {
    value = atDistance(value, zero)
    done &+= distance
  }
  return value
}

/// How many additions there are in ``atDistance(_:_:)``, and before each operation of
/// ``spaced(_:_:_:_:)``.
///
/// As far apart as calls with some of the caller's work between them. A locked operation on a line that
/// is not in the L1 cache takes longer the closer it follows another one: back to back 39 cycles, after
/// 4, 8, 12 and 16 additions 33, 30, 27 and 26, after 32 again 33 (Zen 5). Back to back all that a form
/// does before its locked operation makes it faster there; from 12 additions on it no longer does.
let distance = 16

/// `value`, known only after ``distance`` additions, of which each waits for the one before.
///
/// - Parameter zero: see `cvm_dependent_addition()`.
@inline(__always)
func atDistance(_ value: UInt64, _ zero: UInt64) -> UInt64 {
  var value = value
  var added = 0
  while added < distance {
    value = cvm_dependent_addition(value, zero)
    added &+= 1
  }
  return value
}
