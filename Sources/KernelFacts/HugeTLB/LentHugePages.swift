/// Huge pages that the kernel allocates for a look at them, and gets back.
public struct LentHugePages: Sendable {
  /// How many were asked for, and how many the kernel found memory for.
  public let wanted: Int
  public let granted: Int
  /// Whether HVO was on while they were allocated; nil where the kernel has none.
  public let isOptimizing: Bool?
  /// How many pages of struct pages the kernel gave up for all of them.
  public let savedPages: Result<Int, KernelFactsError>
  /// What `/proc/kpageflags` shows of one of them.
  public let subPages: Result<SubPages, KernelFactsError>

  /// Allocates 2 MiB pages on the node of this thread, looks at one, and gives them back.
  ///
  /// SIGHUP, SIGINT, SIGQUIT, SIGTERM and SIGTSTP wait until that is done: call it while the process
  /// has one thread. What SIGKILL leaves can be put back by hand: see ``settings(_:optimizing:)``.
  ///
  /// - Parameters:
  ///   - count: 1 or more, on top of what the pool has.
  ///   - optimizing: whether HVO is turned on for them.
  /// - Throws: ``KernelFactsError/unreadable(path:errno:remedy:)`` and
  ///   ``KernelFactsError/unwritable(path:value:errno:)``, with everything as it was, and
  ///   ``KernelFactsError/notRestored(path:wanted:found:)`` where it is not.
  public static func look(
    at count: Int, optimizing: Bool, _ tree: KernelTree
  ) throws(KernelFactsError) -> LentHugePages {
    let signals = BlockedSignals()
    defer { signals.unblock() }
    let settings = try settings(tree, optimizing: optimizing)
    let looked = Result { () throws(KernelFactsError) in
      try look(at: count, changing: settings, tree)
    }
    // All of them, whatever becomes of one.
    let restored = settings.reversed().map { setting in
      Result { () throws(KernelFactsError) in try setting.restore(tree) }
    }
    for result in restored { try result.get() }
    return try looked.get()
  }

  /// What ``look(at:optimizing:_:)`` changes, and what it is now: the pool last.
  public static func settings(
    _ tree: KernelTree, optimizing: Bool
  ) throws(KernelFactsError) -> [Setting] {
    (optimizing ? [try .optimization(tree)] : []) + [try .pool(tree)]
  }

  private static func look(
    at count: Int, changing settings: [Setting], _ tree: KernelTree
  ) throws(KernelFactsError) -> LentHugePages {
    let pool = settings[settings.count - 1]
    for setting in settings.dropLast() { try tree.write(1, to: setting.path) }
    let before = Result { () throws(KernelFactsError) in try KernelMemory.memoryMapPages(tree) }
    try tree.write(pool.value + count, to: pool.path)
    let granted = try pool.current(tree) - pool.value
    return LentHugePages(
      wanted: count, granted: granted,
      isOptimizing: (try? tree.integer(OptimizationState.setting)).map { $0 != 0 },
      savedPages: Result { () throws(KernelFactsError) in
        try before.get() - KernelMemory.memoryMapPages(tree)
      },
      subPages: Result { () throws(KernelFactsError) in
        guard granted > 0 else { throw .fewHugePages(wanted: count, found: granted) }
        let page = try MappedHugePage()
        return try SubPages.read(
          frame: page.frame(tree), count: MappedHugePage.bytes / KernelMemory.basePageSize, tree)
      })
  }
}
