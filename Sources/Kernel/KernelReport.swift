public import Host

/// What can be found out about the running kernel's compound pages and HVO, in words.
public struct KernelReport: Sendable {
  public struct Line: Equatable, Sendable {
    public let name: String
    public let text: String
  }

  /// Always the same, whatever can be read; what can't says why, and what would help.
  public let lines: [Line]

  /// Reads everything; costs some 0.1 s.
  ///
  /// - Parameter lent: what was seen of huge pages that were allocated for that; nil when not asked for.
  public init(_ tree: SystemTree, lent: Result<LentHugePages, KernelError>?) {
    let release = attempt { () throws(SystemTreeError) in try tree.release() }
    let page = attempt { () throws(KernelError) in try KernelStructPage.current(tree) }
    let optimization = OptimizationState.current(tree)
    let pools = attempt { () throws(SystemTreeError) in try HugePagePool.all(tree) }
    let directMap = attempt { () throws(SystemTreeError) in try KernelMemory.directMap(tree) }
    let memoryMap = attempt { () throws(SystemTreeError) in
      try KernelMemory.memoryMapPages(tree)
    }
    var lines = [
      Line("kernel", release.text { $0 }),
      Line("struct page", page.text { "\($0.size) bytes" }),
      Line("tail's word", Self.tailWord(page, release, optimization)),
      Line("PG_head", page.text { $0.headBit.map { "bit \($0) of flags" } ?? "not in BTF" }),
      Line(
        "HVO compiled in",
        optimization.isCompiledIn.text { "\($0.isYes ? "yes" : "no"): \($0.evidence)" }),
      Line(
        "HVO now",
        optimization.isEnabled.text {
          $0 ? "on for huge pages made from now on" : "off for huge pages made from now on"
        }),
      Line(
        "HVO at boot",
        optimization.bootParameters.text {
          $0.isEmpty ? "not named on the command line" : $0.joined(separator: " ")
        }),
      Line("huge pages", pools.text { $0.map(\.text).joined(separator: "; ") }),
      Line(
        "direct map",
        directMap.text { sizes in
          sizes.isEmpty
            ? "not told on this architecture"
            : sizes.map { "\($0.bytes >> 10) kB by \($0.pageSize) pages" }.joined(separator: ", ")
        }),
      Line("struct pages", memoryMap.text { "\($0) base pages hold them" }),
    ]
    lines += Self.lines(lent)
    self.lines = lines
  }

  private static func tailWord(
    _ page: Result<KernelStructPage, KernelError>,
    _ release: Result<String, SystemTreeError>,
    _ optimization: OptimizationState
  ) -> String {
    let evidence: String
    let word: TailWord
    if case .success(let page) = page {
      guard let found = page.tailWord else { return "neither compound_head nor compound_info" }
      (word, evidence) = (found, "by BTF")
    } else if case .success(let release) = release, let found = TailWord(release: release) {
      (word, evidence) = (found, "by the release")
    } else {
      return page.text { _ in "" }
    }
    return "\(word.rawValue), \(encoding(word, page, optimization)), \(evidence)"
  }

  private static func encoding(
    _ word: TailWord, _ page: Result<KernelStructPage, KernelError>,
    _ optimization: OptimizationState
  ) -> String {
    let pointer = "the head's address plus 1"
    guard word == .compoundInfo else { return pointer }
    if case .success(let page) = page, !page.isPowerOfTwo { return pointer }
    return switch optimization.isCompiledIn {
    case .success(let answer): answer.isYes ? "a mask" : pointer
    case .failure: "a mask if HVO is compiled in"
    }
  }

  private static func lines(_ lent: Result<LentHugePages, KernelError>?) -> [Line] {
    switch lent {
    case nil:
      [Line("sub-pages", "not looked at; --allocate 1, as root, looks at a huge page's")]
    case .failure(let error):
      [Line("sub-pages", "not looked at: \(error)")]
    case .success(let lent):
      [
        Line("allocated", lent.text),
        Line("saved", lent.savedPages.text { lent.savedText($0) }),
        Line("sub-pages", lent.subPages.text(\.text)),
      ]
    }
  }
}

extension KernelReport.Line {
  fileprivate init(_ name: String, _ text: String) {
    self.init(name: name, text: text)
  }
}

extension Result where Failure: CustomStringConvertible {
  fileprivate func text(_ describe: (Success) -> String) -> String {
    switch self {
    case .success(let value): describe(value)
    case .failure(let error): "not known: \(error)"
    }
  }
}

/// `Result.init(catching:)` with the error's type named once.
private func attempt<Value, Failure>(
  _ body: () throws(Failure) -> Value
) -> Result<Value, Failure> {
  Result(catching: body)
}

extension HugePagePool {
  fileprivate var text: String {
    "\(bytes >> 10) kB: \(total), \(free) free, \(reserved) reserved, \(surplus) surplus"
  }
}

extension LentHugePages {
  fileprivate var text: String {
    let state = isOptimizing.map { $0 ? "HVO on" : "HVO off" } ?? "no HVO"
    return "\(granted) of \(wanted) huge pages of 2048 kB with \(state), and given back"
  }

  fileprivate func savedText(_ saved: Int) -> String {
    let pages = "\(saved) base pages of struct pages"
    guard granted > 0, saved % granted == 0 else { return pages }
    return "\(pages), \(saved / granted) for each huge page"
  }
}

extension SubPages {
  fileprivate var text: String {
    let shown =
      "/proc/kpageflags shows \(heads.count) head\(heads.count == 1 ? "" : "s") and \(tails) tails"
    if heads == [0] && tails == count - 1 { return "\(shown) of \(count), which is right" }
    let others = heads.filter { $0 != 0 }
    return "\(shown) of \(count); heads that are none: "
      + others.map(String.init).joined(separator: ", ")
  }
}
