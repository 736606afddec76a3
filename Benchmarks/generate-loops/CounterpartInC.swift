#if COMPARE_WITH_C
  /// Which arms `Tests/CLoops` has written in C, too.
  enum CounterpartInC {
    private static let fakeHead = ["fakehead", "fakehead_off", "fakehead_on"]
    private static let encodings = fakeHead + ["pointer", "mask", "mask_branchy"]
    private static let forms =
      fakeHead.flatMap { [$0, "\($0)_preempt", "\($0)_memb"] } + ["pointer", "mask"]

    static func exists(_ operation: String, _ arm: String) -> Bool {
      switch operation {
      case "compound_head": encodings.contains(arm)
      case "page_ref_add_unless": forms.contains(arm)
      default: false
      }
    }
  }
#endif
