public import Host

/// Huge pages that the kernel allocates for a look at them, and gets back.
public struct LentHugePages: Sendable {
  /// The size of one, in bytes.
  static let pageBytes = 2 << 20

  /// How many were asked for, and how many the kernel found memory for.
  public let wanted: Int
  public let granted: Int
  /// Whether HVO was on while they were allocated; nil where the kernel has none.
  public let isOptimizing: Bool?
  /// How many pages of struct pages the kernel gave up for all of them.
  public let savedPages: Result<Int, SystemTreeError>
  /// What `/proc/kpageflags` shows of one of them.
  public let subPages: Result<SubPages, KernelError>

  /// Allocates 2 MiB pages on the node of this thread, looks at one, and gives them back.
  ///
  /// Signals that end or stop a program wait until that is done: call it while the process has one
  /// thread. What SIGKILL leaves can be put back by hand: see ``settings(_:optimizing:)``.
  ///
  /// - Parameters:
  ///   - count: 1 or more, on top of what the pool has.
  ///   - optimizing: whether HVO is turned on for them.
  /// - Throws: ``KernelError/file(_:)`` and
  ///   ``KernelError/unwritable(path:value:errno:)``, with everything as it was, and
  ///   ``KernelError/notRestored(path:wanted:found:)`` where it is not.
  public static func look(
    at count: Int, optimizing: Bool, _ tree: SystemTree
  ) throws(KernelError) -> LentHugePages {
    let signals = BlockedSignals()
    defer { signals.unblock() }
    let settings = try KernelError.reading { () throws(SystemTreeError) in
      try Self.settings(tree, optimizing: optimizing)
    }
    let looked = Result { () throws(KernelError) in
      try look(at: count, changing: settings, tree)
    }
    // All of them, whatever becomes of one.
    let restored = settings.reversed().map { setting in
      Result { () throws(KernelError) in try setting.restore(tree) }
    }
    for result in restored { try result.get() }
    return try looked.get()
  }

  /// What ``look(at:optimizing:_:)`` changes, and what it is now: the pool last.
  public static func settings(
    _ tree: SystemTree, optimizing: Bool
  ) throws(SystemTreeError) -> [Setting] {
    (optimizing ? [try .optimization(tree)] : []) + [try .pool(tree)]
  }

  private static func look(
    at count: Int, changing settings: [Setting], _ tree: SystemTree
  ) throws(KernelError) -> LentHugePages {
    let pool = settings[settings.count - 1]
    for setting in settings.dropLast() { try tree.write(1, to: setting.path) }
    let before = Result { () throws(SystemTreeError) in try KernelMemory.memoryMapPages(tree) }
    try tree.write(pool.value + count, to: pool.path)
    let now = try KernelError.reading { () throws(SystemTreeError) in try pool.current(tree) }
    let granted = now - pool.value
    return LentHugePages(
      wanted: count, granted: granted,
      isOptimizing: tree.integer(ifPresent: OptimizationState.setting).map { $0 != 0 },
      savedPages: Result { () throws(SystemTreeError) in
        try before.get() - KernelMemory.memoryMapPages(tree)
      },
      subPages: Result { () throws(KernelError) in
        guard granted > 0 else { throw .fewHugePages(wanted: count, found: granted) }
        let page = try MappedHugePage()
        let frame = try page.frame(tree)
        return try KernelError.reading { () throws(SystemTreeError) in
          try SubPages.read(
            frame: frame, count: pageBytes / KernelMemory.basePageSize, tree)
        }
      })
  }
}
