extension Checkup {
  /// Mitigations that slow user space down; the kernel's own return paths do not matter here.
  var speculationFindings: [Finding] {
    [storeBypass, indirectBranch].compactMap(\.self)
  }

  private var storeBypass: Finding? {
    // "thread force mitigated", "thread mitigated", "globally mitigated".
    guard let state = conditions.storeBypass, state.hasSuffix(" mitigated") else { return nil }
    return Finding(
      what: "loads wait for the addresses of earlier stores (\(state))",
      why: "the mitigation of speculative store bypass slows down page_ref_add_unless() and all "
        + "that loads after stores; containers with a seccomp profile may get it unasked"
    )
  }

  private var indirectBranch: Finding? {
    // "conditional disabled", "conditional force disabled", "always disabled".
    guard let state = conditions.indirectBranch, state.hasSuffix(" disabled") else { return nil }
    return Finding(
      what: "no prediction of indirect branches (\(state))",
      why: "each call through a pointer, one around every timed block, stalls the CPU"
    )
  }
}
