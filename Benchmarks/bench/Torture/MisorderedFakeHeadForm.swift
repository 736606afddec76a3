#if HAVE_URCU
  import Vmemmap

  /// Form C with its two tests the wrong way round, which no kernel had: shows that the order matters.
  enum MisorderedFakeHeadForm {
    static func pageRefAddUnless(_ page: Page, _ addend: Int32, _ unless: Int32) -> Bool {
      MembarrierRCU.lock()
      defer { MembarrierRCU.unlock() }
      guard !FakeHeadEncoding<KeyOn>.isFakeHead(page), page.referenceCountAcquire != unless else {
        return false
      }
      return page.atomicAddUnless(addend, unless)
    }
  }
#endif
