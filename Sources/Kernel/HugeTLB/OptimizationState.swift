public import Host
import SystemPackage

/// Whether the running kernel has the HugeTLB Vmemmap Optimization, and whether it is on.
public struct OptimizationState: Sendable {
  /// Whether HVO is compiled in.
  public let isCompiledIn: Result<Answer, SystemTreeError>
  /// `vm.hugetlb_optimize_vmemmap`: whether huge pages made from now on are optimised.
  public let isEnabled: Result<Bool, SystemTreeError>
  /// The words of the kernel's command line that concern HVO.
  public let bootParameters: Result<[String], SystemTreeError>

  /// An answer, and what it rests on.
  public struct Answer: Equatable, Sendable {
    public let isYes: Bool
    public let evidence: String
  }

  /// Costs some 0.1 s where nothing but `/proc/kallsyms` tells.
  public static func current(_ tree: SystemTree) -> OptimizationState {
    OptimizationState(
      isCompiledIn: Result { () throws(SystemTreeError) in try isCompiledIn(tree) },
      isEnabled: Result { () throws(SystemTreeError) in
        try tree.integer(
          setting, remedy: "this kernel has no HVO, or no huge page size that it applies to") != 0
      },
      bootParameters: Result { () throws(SystemTreeError) in
        try tree.line("proc/cmdline").split(separator: " ").map(String.init)
          .filter { $0.hasPrefix("hugetlb_free_vmemmap=") }
      })
  }

  static let setting: FilePath = "proc/sys/vm/hugetlb_optimize_vmemmap"

  /// The option's name since Linux 5.18, and before.
  private static let options = [
    "CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP", "CONFIG_HUGETLB_PAGE_FREE_VMEMMAP",
  ]

  private static func isCompiledIn(_ tree: SystemTree) throws(SystemTreeError) -> Answer {
    if let (path, config) = KernelConfiguration.read(tree) {
      let lines = Set(config.split(separator: "\n").map(String.init))
      if let line = options.map({ "\($0)=y" }).first(where: lines.contains) {
        return Answer(isYes: true, evidence: "\(line) in \(path)")
      }
      return Answer(isYes: false, evidence: "no \(options[0])=y in \(path)")
    }
    if tree.exists(setting) {
      return Answer(isYes: true, evidence: "\(tree.path(setting)) is there")
    }
    let symbols: FilePath = "proc/kallsyms"
    let function = "hugetlb_vmemmap_"
    let isThere = try tree.text(
      symbols, remedy: "/proc/config.gz or /boot/config-* of this kernel would tell"
    ).split(separator: "\n").contains {
      $0.split { $0 == " " || $0 == "\t" }.dropFirst(2).first?.hasPrefix(function) == true
    }
    return Answer(
      isYes: isThere,
      evidence: "\(isThere ? "functions" : "no function") \(function)… in \(tree.path(symbols))")
  }
}
