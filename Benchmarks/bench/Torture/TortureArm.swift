import CTorture
import Vmemmap

/// A form of `page_ref_add_unless()` on the layout that it was made for, and what the kernel's
/// argument says of it.
struct TortureArm: Sendable {
  let name: String
  let kernels: String
  /// How references are dropped, and pages frozen; and what tails hold.
  let form: any PageRefForm.Type
  /// Takes a reference and drops it.
  let walk: ctorture_walk
  /// The read side, where folios wait for a grace period between freeing and remapping.
  var rcu: (any RCUReadSide.Type)?
  /// The kernel that took huge pages at boot and left their template with the counts that
  /// `memmap_init()` wrote; nil where templates are made when the first folio is optimised.
  var bootedKernel: KernelVersion?
  /// A walk that began in one of these stages, and meets later ones, can store to a read-only struct
  /// page; one that began in another stage can't.
  let faultsFrom: Set<Stage>
}

extension TortureArm {
  /// The arms that this build has, in the order in which the kernel had their forms.
  static var all: [TortureArm] {
    [plain] + withGracePeriods + [withoutGracePeriods, mask, maskAfterBoot]
      + assumedCount + frozenBit
  }

  var format: any TailFormat.Type { form.format }

  /// A fake head shows the head's count, whenever the walk began.
  private static var plain: TortureArm {
    TortureArm(
      name: "A", kernels: "up to 6.9", form: PlainForm<PointerEncoding>.self,
      walk: { PlainForm<PointerEncoding>.walk($0) },
      faultsFrom: Set(Stage.allCases))
  }

  /// Only the grace period keeps a walk that passed the tests from storing after the remapping.
  private static var withoutGracePeriods: TortureArm {
    TortureArm(
      name: "C without RCU", kernels: "-",
      form: FakeHeadForm<KeyOn, NonPreemptibleRCU>.self,
      walk: { FakeHeadForm<KeyOn, NonPreemptibleRCU>.walk($0) },
      faultsFrom: [.ordinary])
  }

  /// No count but 0 shows through the template: what is left is a load of before the page was freed.
  private static var mask: TortureArm {
    TortureArm(
      name: "D", kernels: "since 7.1", form: PlainForm<MaskEncoding>.self,
      walk: { PlainForm<MaskEncoding>.walk($0) },
      faultsFrom: [.ordinary])
  }

  /// A count of 1 shows through the template, whenever the walk began: that a tail's count is 0, on which
  /// the kernel's argument rests, is not so here. All vmemmap pages that show it are read-only, as from
  /// 7.2 on.
  private static var maskAfterBoot: TortureArm {
    mask.afterBoot(kernels: "7.1 to 7.3")
  }

  private func afterBoot(kernels: String) -> TortureArm {
    TortureArm(
      name: "\(name), template of boot", kernels: kernels, form: form, walk: walk,
      bootedKernel: KernelVersion(7, 2), faultsFrom: Set(Stage.allCases))
  }

  /// The first compare-and-swap writes whatever the count is; behind a load of the count it is form D.
  private static var assumedCount: [TortureArm] {
    typealias Guarded = AssumedCountForm<MaskEncoding, CountGuard<NonPreemptibleRCU>>
    let guarded = TortureArm(
      name: "E, guarded", kernels: "-", form: Guarded.self,
      walk: { Guarded.walk($0) }, faultsFrom: [.ordinary])
    typealias Unguarded = AssumedCountForm<MaskEncoding, NoGuard>
    return [
      TortureArm(
        name: "E", kernels: "-", form: Unguarded.self,
        walk: { Unguarded.walk($0) },
        faultsFrom: Set(Stage.allCases)),
      guarded, guarded.afterBoot(kernels: "-"),
    ] + assumedCountWithGracePeriods
  }

  /// The addition writes whatever the count is. A template of boot does not show the frozen bit, but a 1, and
  /// no guard that goes by the count keeps an addition off it.
  ///
  /// And a drop is two stores: one that makes the count 0, and one that freezes it. In between somebody
  /// else may take a reference and drop it, and who freed the page may have made it a tail by then.
  private static var frozenBit: [TortureArm] {
    typealias Guarded = FrozenBitForm<MaskEncoding, CountGuard<NonPreemptibleRCU>>
    let guarded = TortureArm(
      name: "F, guarded", kernels: "-", form: Guarded.self,
      walk: { Guarded.walk($0) }, faultsFrom: [.ordinary, .dropping])
    typealias Unguarded = FrozenBitForm<MaskEncoding, NoGuard>
    return [
      TortureArm(
        name: "F", kernels: "-", form: Unguarded.self,
        walk: { Unguarded.walk($0) },
        faultsFrom: Set(Stage.allCases)),
      // So often set back that walks meet it.
      TortureArm(
        name: "F, limit 8", kernels: "-", form: Unguarded.self,
        walk: { Unguarded.walk($0) { Unguarded.addUnlessFrozen($0, 1, limit: 8) } },
        faultsFrom: Set(Stage.allCases)),
      guarded, guarded.afterBoot(kernels: "-"),
    ] + frozenBitWithGracePeriods
  }

  #if HAVE_URCU
    private static var withGracePeriods: [TortureArm] {
      // A grace period does not wait for a walk that began during it. Where it tests for a fake head
      // first, it can find none before the remapping, and the head's count after it.
      return [
        TortureArm(
          name: "B", kernels: "6.10 to ~6.14",
          form: EarlyFakeHeadForm<KeyOn, MembarrierRCU>.self,
          walk: { EarlyFakeHeadForm<KeyOn, MembarrierRCU>.walk($0) },
          rcu: MembarrierRCU.self, faultsFrom: [.quiescent]),
        TortureArm(
          name: "C", kernels: "~6.15 to 7.0",
          form: FakeHeadForm<KeyOn, MembarrierRCU>.self,
          walk: { FakeHeadForm<KeyOn, MembarrierRCU>.walk($0) },
          rcu: MembarrierRCU.self, faultsFrom: []),
        TortureArm(
          name: "C, tests misordered", kernels: "-",
          form: FakeHeadForm<KeyOn, MembarrierRCU>.self,
          walk: {
            FakeHeadForm<KeyOn, MembarrierRCU>.walk($0) {
              MisorderedFakeHeadForm.pageRefAddUnless($0, 1, 0)
            }
          },
          rcu: MembarrierRCU.self, faultsFrom: [.quiescent]),
      ]
    }

    /// The guard's load and the store are in one critical section, and a page that the load found in use
    /// is not mapped read-only before that ends: no window is left, in either layout.
    private static var assumedCountWithGracePeriods: [TortureArm] {
      typealias New = AssumedCountForm<MaskEncoding, CountGuard<MembarrierRCU>>
      typealias Old = AssumedCountForm<FakeHeadEncoding<KeyOn>, FakeHeadGuard<KeyOn, MembarrierRCU>>
      return [
        TortureArm(
          name: "E, guarded, RCU", kernels: "-", form: New.self,
          walk: { New.walk($0) },
          rcu: MembarrierRCU.self, faultsFrom: []),
        TortureArm(
          name: "E, guarded as C", kernels: "-", form: Old.self,
          walk: { Old.walk($0) },
          rcu: MembarrierRCU.self, faultsFrom: []),
      ]
    }

    /// Only the take is within the guard's read side: what is left is the drop.
    private static var frozenBitWithGracePeriods: [TortureArm] {
      typealias New = FrozenBitForm<MaskEncoding, CountGuard<MembarrierRCU>>
      typealias Old = FrozenBitForm<FakeHeadEncoding<KeyOn>, FakeHeadGuard<KeyOn, MembarrierRCU>>
      return [
        TortureArm(
          name: "F, guarded, RCU", kernels: "-", form: New.self,
          walk: { New.walk($0) },
          rcu: MembarrierRCU.self, faultsFrom: [.dropping]),
        TortureArm(
          name: "F, guarded as C", kernels: "-", form: Old.self,
          walk: { Old.walk($0) },
          rcu: MembarrierRCU.self, faultsFrom: [.dropping]),
        TortureArm(
          name: "F, guarded, RCU, drop too", kernels: "-", form: New.self,
          walk: {
            MembarrierRCU.lock()
            defer { MembarrierRCU.unlock() }
            return New.walk($0)
          },
          rcu: MembarrierRCU.self, faultsFrom: []),
      ]
    }
  #else
    private static let withGracePeriods: [TortureArm] = []
    private static let assumedCountWithGracePeriods: [TortureArm] = []
    private static let frozenBitWithGracePeriods: [TortureArm] = []
  #endif
}

extension PageRefForm {
  /// Takes a reference on the struct page at an address, and drops it.
  ///
  /// - Parameter take: how, where that is not as the form does.
  @inline(__always)
  static func walk(
    _ address: UInt, _ take: (Page) -> Bool = { pageRefAddUnless($0, 1, 0) }
  ) -> ctorture_answer {
    let page = Page(address: address)
    guard take(page) else { return ctorture_refused }
    return putTestZero(page) ? ctorture_freed : ctorture_taken
  }
}
