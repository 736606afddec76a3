/// How many holders of ``OptimizeVmemmapKey`` a memory map counts for; given up with the map.
struct StaticKeyHold: ~Copyable {
  private var count = 0

  /// Turns code only where the key had no holder before, or has none after.
  mutating func set(_ wanted: Int) throws(VmemmapError) {
    if wanted > count {
      try OptimizeVmemmapKey.increment(by: wanted - count)
    } else {
      try OptimizeVmemmapKey.decrement(by: count - wanted)
    }
    count = wanted
  }

  // A key that can't be turned off stays on, with which every encoding that tests it is right.
  deinit { try? OptimizeVmemmapKey.decrement(by: count) }
}
