import Glibc
import Synchronization
import Testing
import Vmemmap

@Suite("page_ref_add_unless()")
struct PageRefFormTests {
  /// Count before, addend, unless, and count after; nil where nothing is added.
  private static let additions: [(Int32, Int32, Int32, Int32?)] = [
    (1, 1, 0, 2), (0, 1, 0, nil), (5, 3, 0, 8), (5, -2, 0, 3), (1, 0, 0, 1),
    (-1, 1, 0, 0), (-5, 2, 0, -3), (0, 1, 5, 1), (0, -1, 1, -1),
    (7, 1, 7, nil), (6, 1, 7, 7), (-3, 4, -3, nil), (3, 4, -3, 7), (0, 7, -1, 7),
    (1, 1, 1, nil), (2, 1, 1, 3), (0, 1, 1, 1), (3, 1, 2, 4), (2, 1, 2, nil),
    (.max, 1, 0, .min), (.min, 1, .min, nil),
  ]

  /// Registers this thread with a form, and turns the static key if the form tests it.
  private func use<Form: PageRefForm>(
    _ form: Form.Type, in state: HVOState, _ body: () throws -> Void
  ) throws {
    form.registerThread()
    defer { form.unregisterThread() }
    try withStaticKey(of: form, in: state, body)
  }

  @Test(
    "Every form but F adds unless the count is the one named, and touches nothing else",
    arguments: pageRefForms.filter { $0.format.frozenReferenceCount == 0 })
  func additions(form: any PageRefForm.Type) throws {
    let map = try ModelledMemory(order: 2, folios: 32).map(form.format)
    for state in form.hvoStates {
      try use(form, in: state) {
        // A head that starts a vmemmap page, its first tail, and heads in the middle and at the next.
        for pfn in [0, 1, 4, 64] {
          for (count, addend, unless, after) in PageRefFormTests.additions {
            unsafe map[pfn].setReferenceCount(count)
            let before = map.rawPages
            let added = unsafe form.pageRefAddUnless(map[pfn], addend, unless)
            #expect(added == (after != nil), "\(count) plus \(addend) unless \(unless)")
            #expect(map.rawPage(pfn).refcount == after ?? count)
            unsafe map[pfn].setReferenceCount(count)
            #expect(map.firstChange(from: before) == nil)
          }
        }
      }
    }
  }

  /// Count before, addend, what tells, and count after an addition without a guard.
  private static let frozenAdditions: [(Int32, Int32, Bool, Int32)] = [
    (1, 1, true, 2), (5, 3, true, 8), (0, 1, true, 1), (.max - 1, 1, true, .max),
    // In the range of frozen counts, of which one that has grown by more than 2^30 is set back.
    (.max, 1, false, .min), (.min, 1, false, .min + 1), (.min + 7, 2, false, .min + 9),
    (.min + (1 << 30) - 1, 1, false, .min + (1 << 30)), (.min + (1 << 30), 1, false, .min),
    (-2, 1, false, .min), (-1, 1, true, 0),
  ]

  @Test(
    "Form F takes a reference unless bit 31 is set then, and sets a frozen count back before it overflows",
    arguments: pageRefForms.filter { $0.format.frozenReferenceCount == .min })
  func frozenAdditions(form: any PageRefForm.Type) throws {
    let map = try ModelledMemory(order: 2, folios: 32).map(form.format)
    for state in form.hvoStates {
      try use(form, in: state) {
        for pfn in [0, 1, 4, 64] {
          for (count, addend, taken, after) in PageRefFormTests.frozenAdditions {
            // Behind a guard nothing is added to a count that it sees to be frozen.
            let isGuarded = count < 0 && form.name.hasSuffix("guarded") && isGuarding(form, state)
            unsafe map[pfn].setReferenceCount(count)
            let before = map.rawPages
            let added = unsafe form.pageRefAddUnless(map[pfn], addend, 0)
            #expect(added == (taken && !isGuarded), "\(count) plus \(addend)")
            #expect(map.rawPage(pfn).refcount == (isGuarded ? count : after))
            unsafe map[pfn].setReferenceCount(count)
            #expect(map.firstChange(from: before) == nil)
          }
        }
      }
    }
  }

  /// With the key off the old layout's guard does nothing: no struct page is read-only.
  private func isGuarding(_ form: any PageRefForm.Type, _ state: HVOState) -> Bool {
    form.staticKey == nil || state.isKeyEnabled
  }

  @Test(
    "Tails hold what their format calls frozen, wherever they come from",
    arguments: PageRefFormTests.frozenFormats)
  func tails(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(order: 9, folios: 2)
    var map = try memory.map(format)
    func expectFrozenTails() {
      for pfn in 0..<map.pageCount where pfn % 512 != 0 && map.rawPage(pfn).refcount != 1 {
        #expect(map.rawPage(pfn).refcount == .min, "pfn \(pfn)")
      }
    }
    expectFrozenTails()
    try map.optimize(folios: memory.heads)
    expectFrozenTails()
    // Those of the old layout's fake heads are the heads' own.
    let ones = (0..<map.pageCount).count { map.rawPage($0).refcount == 1 }
    #expect(ones == (map.format.sharedTails == .firstVmemmapPage ? 16 : 2))
    try map.restore(folios: memory.heads)
    expectFrozenTails()
    try map.demote(folio: 0, to: 1)
    for pfn in 0..<512 { #expect(map.rawPage(pfn).refcount == (pfn % 2 == 0 ? 1 : .min)) }
  }

  private static let frozenFormats: [any TailFormat.Type] = [
    FrozenCountFormat<HeadMaskFormat>.self, FrozenCountFormat<HeadPointerFormat>.self,
  ]

  @Test(
    "Who drops the last reference frees, and only if nobody takes another before the count is frozen"
  )
  func puts() throws {
    let map = try ModelledMemory(order: 0, folios: 64).map(FrozenCountFormat<HeadMaskFormat>.self)
    typealias Form = FrozenBitForm<MaskEncoding, NoGuard>
    let page = unsafe map[7]
    page.setReferenceCount(2)
    #expect(!Form.putTestZero(page))
    #expect(Form.putTestZero(page) && page.referenceCount == .min)
    // Dropped on a frozen page, as no caller must: nothing is freed twice.
    #expect(!Form.putTestZero(page))
    page.setReferenceCount(0)
    #expect(Form.pageRefAddUnless(page, 1, 0), "a count of 0 is not frozen yet")
    #expect(Form.putTestZero(page) && !Form.pageRefAddUnless(page, 1, 0))
    page.unfreezeReferences(1)
    #expect(Form.freeze(page, 1) && page.referenceCount == .min)
  }

  @Test(
    "Under HVO no tail gives a reference or is written to, and every head gives one",
    arguments: pageRefForms.filter { $0.hvoStates.contains(.on) })
  func underHVO(form: any PageRefForm.Type) throws {
    let memory = ModelledMemory(order: 9, folios: 2)
    var map = try memory.map(form.format)
    try map.optimize(folios: memory.heads)
    let before = map.rawPages
    try use(form, in: .on) {
      // A store to a tail past the first vmemmap page would fault.
      for pfn in 0..<map.pageCount where pfn % 512 != 0 {
        let added = unsafe form.pageRefAddUnless(map[pfn], 1, 0)
        try #require(!added, "pfn \(pfn)")
      }
      #expect(map.firstChange(from: before) == nil)
      for head in memory.heads {
        let added = unsafe form.pageRefAddUnless(map[head], 2, 0)
        #expect(unsafe added && map[head].referenceCount == 3)
      }
    }
  }

  @Test("The forms that look for fake heads refuse one whatever count is named, 0 or not")
  func fakeHeads() throws {
    var map = try ModelledMemory(order: 9, folios: 1).map(HeadPointerFormat.self)
    try map.optimize(folios: [0])
    for form in pageRefForms
    where form.format == HeadPointerFormat.self && form.hvoStates.contains(.on) {
      try use(form, in: .on) {
        for pfn in stride(from: 64, to: 512, by: 64) {
          for unless in [0, 5, -1] as [Int32] {
            let added = unsafe form.pageRefAddUnless(map[pfn], 1, unless)
            #expect(!added)
          }
        }
      }
    }
    unsafe #expect(map[0].referenceCount == 1)
  }

  @Test("The forms that are wrong under HVO attempt a store to a read-only tail: SIGSEGV")
  func withoutTheTest() async {
    // One body for each, because bodies of exit tests capture nothing before Swift 6.3.
    var results = [
      await #expect(
        processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]
      ) { try storeToTail(PlainForm<PointerEncoding>.self) },
      // Its compare-and-swap fails, as the tail's count is 0, and faults nevertheless.
      await #expect(
        processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]
      ) { try storeToTail(AssumedCountForm<MaskEncoding, NoGuard>.self) },
      // Nor does an addition take a reference there.
      await #expect(
        processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]
      ) { try storeToTail(FrozenBitForm<MaskEncoding, NoGuard>.self) },
      await #expect(
        processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]
      ) { try storeToTail(FakeHeadForm<KeyOff, NonPreemptibleRCU>.self) },
      await #expect(
        processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]
      ) { try storeToTail(FakeHeadForm<KeyOff, PreemptibleRCU>.self) },
    ]
    #if HAVE_URCU
      results.append(
        await #expect(
          processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]
        ) { try storeToTail(FakeHeadForm<KeyOff, MembarrierRCU>.self) })
    #endif
    for result in results {
      let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
      #expect(output.contains("the head is fine"))
    }
    #expect(results.count == pageRefForms.count { !$0.hvoStates.contains(.on) })
  }

  @Test(
    "References taken and dropped by several threads add up, and none is taken on a frozen page",
    arguments: pageRefForms)
  func threads(form: any PageRefForm.Type) throws {
    let map = try ModelledMemory(order: 9, folios: 1).map(form.format)
    let page = unsafe map[0]
    let takers = 3
    let takersAtWork = Atomic(takers)
    let taken = Atomic(0)
    let violations = Atomic(0)
    let freezes = Atomic(0)
    try withStaticKey(of: form, in: .elsewhere) {
      // Whoever can't go on lets others run, and whoever could go on does so with no reference in hand
      // and nothing frozen: the test takes its turns on one CPU, too.
      onThreads(takers + 1) { number in
        form.registerThread()
        defer { form.unregisterThread() }
        if number < takers {
          var takenHere = 0
          // Long enough for some freezes, but not for ever where none succeeds.
          while takenHere < 3_000
            || takenHere < 300_000 && freezes.load(ordering: .relaxed) < 50
          {
            if form.pageRefAddUnless(page, 2, 0) {
              takenHere += 1
              taken.add(1, ordering: .relaxed)
              if page.dropReferences(2) < 1 { violations.add(1, ordering: .relaxed) }
              if takenHere % 16 == 0 { yieldThread() }
            } else {
              yieldThread()
            }
          }
          takersAtWork.subtract(1, ordering: .relaxed)
        } else {
          while takersAtWork.load(ordering: .relaxed) > 0 {
            let takenBefore = taken.load(ordering: .relaxed)
            if form.freeze(page, 1) {
              freezes.add(1, ordering: .relaxed)
              for _ in 0..<100 where page.referenceCount > 0 {
                violations.add(1, ordering: .relaxed)
              }
              page.unfreezeReferences(1)
              while taken.load(ordering: .relaxed) == takenBefore
                && takersAtWork.load(ordering: .relaxed) > 0
              {
                yieldThread()
              }
            } else {
              yieldThread()
            }
          }
        }
      }
    }
    #expect(violations.load(ordering: .relaxed) == 0)
    #expect(freezes.load(ordering: .relaxed) > 0)
    #expect(page.referenceCount == 1)
  }
}

/// Takes a reference on an optimised folio's head, and then one on the first tail that HVO shares: a fake
/// head, where tails hold pointers.
private func storeToTail<Form: PageRefForm>(_: Form.Type) throws {
  Form.registerThread()
  var map = try ModelledMemory(order: 9, folios: 1).map(Form.format)
  try map.optimize(folios: [0])
  if unsafe Form.pageRefAddUnless(map[0], 1, 0) { print("the head is fine") }
  fflush(nil)
  _ = unsafe Form.pageRefAddUnless(map[64], 1, 0)
}
