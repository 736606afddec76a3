#if COMPARE_WITH_C
  /// Which loops `Tests/CLoops` has written in C, too.
  enum CounterpartInC {
    private static let fakeHead = ["fakehead", "fakehead_off", "fakehead_on"]
    private static let encodings =
      fakeHead + ["fakehead_cmov", "pointer", "pointer_cmov", "mask", "mask_branchy"]
    private static let formsOfKernels =
      fakeHead.flatMap { [$0, "\($0)_preempt"] } + ["pointer", "mask"]
    private static let forms = formsOfKernels + fakeHead.map { "\($0)_memb" }

    static func exists(_ operation: String, _ mode: String, _ arm: String) -> Bool {
      switch (operation, mode) {
      case ("page_ref_add_unless", "spaced"): formsOfKernels.contains(arm)
      case ("page_ref_add_unless", _), ("compound_head", "consumer_ref"): forms.contains(arm)
      case ("compound_head", _): encodings.contains(arm)
      default: false
      }
    }
  }
#endif
