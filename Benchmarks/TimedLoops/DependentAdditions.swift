import CVmemmap

/// Numbers of additions for ``dependentAdditions(_:)``. The long chain takes a few microseconds, and the
/// difference to the short one nothing but additions.
public enum AdditionChain {
  public static let short = 6400
  public static let long = 25_600
}

/// Additions of which each waits for the one before: so many cycles of the core that runs them.
///
/// - Parameter count: a multiple of 64.
@c(dependent_additions) @inline(never)
public func dependentAdditions(_ count: Int) -> UInt64 {
  let zero = cvm_opaque_u64(0)
  var value: UInt64 = 0
  var done = 0
  while done < count {
    var added = 0
    while added < 64 {
      value = cvm_dependent_addition(value, zero)
      added &+= 1
    }
    done &+= 64
  }
  return value
}
