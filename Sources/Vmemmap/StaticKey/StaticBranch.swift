import CVmemmap

/// A place in this process's code that tests the key.
struct StaticBranch {
  /// The address of the instruction.
  let code: UInt
  /// Where it goes when the key is on.
  let target: UInt

  /// The bytes of the instruction, in either form.
  static let size = cvm_static_branch_size

  /// The instruction that belongs there in a position of the key.
  func instruction(enabled: Bool) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: StaticBranch.size) { bytes, count in
      unsafe cvm_static_branch_encode(bytes.baseAddress!, code, target, enabled)
      count = StaticBranch.size
    }
  }

  /// What stands in the code.
  var instruction: [UInt8] {
    unsafe [UInt8](
      UnsafeRawBufferPointer(
        start: UnsafeRawPointer(bitPattern: code), count: StaticBranch.size))
  }

  /// - Precondition: the code is writable.
  func patch(enabled: Bool) {
    unsafe UnsafeMutableRawBufferPointer(
      start: UnsafeMutableRawPointer(bitPattern: code), count: StaticBranch.size
    ).copyBytes(from: instruction(enabled: enabled))
  }
}

extension StaticBranch {
  /// All that the linker kept.
  static var all: [StaticBranch] {
    var count = 0
    guard let table = unsafe cvm_jump_table(&count) else { return [] }
    return (0..<count).map { index in
      let entry = unsafe table + index
      let address = UInt(bitPattern: entry)
      let (code, target) = unsafe (entry.pointee.code, entry.pointee.target)
      return StaticBranch(
        code: address &+ UInt(bitPattern: Int(code)),
        target: address &+ UInt(fieldOffset) &+ UInt(bitPattern: Int(target)))
    }
  }

  /// Where in an entry the offset of the target stands, from which it counts.
  private static let fieldOffset = MemoryLayout<cvm_jump_entry>.offset(of: \.target)!
}
