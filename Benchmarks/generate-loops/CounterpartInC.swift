#if COMPARE_WITH_C
  /// Which arms `Tests/CLoops` has written in C, too.
  enum CounterpartInC {
    static func exists(_ operation: String, _ arm: String) -> Bool {
      switch operation {
      case "compound_head":
        ["pointer", "fakehead", "fakehead_off", "fakehead_on", "mask", "mask_branchy"].contains(arm)
      case "page_ref_add_unless":
        ["pointer", "mask"].contains(arm) || arm.hasPrefix("fakehead")
      default: false
      }
    }
  }
#endif
