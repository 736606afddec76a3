import CTorture
import Vmemmap

/// A form of `page_ref_add_unless()` on the layout that it was made for, and what the kernel's
/// argument says of it.
struct TortureArm: Sendable {
  let name: String
  let kernels: String
  let format: any TailFormat.Type
  let take: ctorture_take
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
  }

  /// A fake head shows the head's count, whenever the walk began.
  private static var plain: TortureArm {
    TortureArm(
      name: "A", kernels: "up to 6.9", format: HeadPointerFormat.self,
      take: { PlainForm<PointerEncoding>.pageRefAddUnless(Page(address: $0), 1, 0) },
      faultsFrom: Set(Stage.allCases))
  }

  /// Only the grace period keeps a walk that passed the tests from storing after the remapping.
  private static var withoutGracePeriods: TortureArm {
    TortureArm(
      name: "C without RCU", kernels: "-", format: HeadPointerFormat.self,
      take: {
        FakeHeadForm<KeyOn, NonPreemptibleRCU>.pageRefAddUnless(Page(address: $0), 1, 0)
      },
      faultsFrom: [.ordinary])
  }

  /// No count but 0 shows through the template: what is left is a load of before the page was freed.
  private static var mask: TortureArm {
    TortureArm(
      name: "D", kernels: "since 7.1", format: HeadMaskFormat.self,
      take: { PlainForm<MaskEncoding>.pageRefAddUnless(Page(address: $0), 1, 0) },
      faultsFrom: [.ordinary])
  }

  /// A count of 1 shows through the template, whenever the walk began: that a tail's count is 0, on which
  /// the kernel's argument rests, is not so here. All vmemmap pages that show it are read-only, as from
  /// 7.2 on.
  private static var maskAfterBoot: TortureArm {
    let kernel = KernelVersion(7, 2)
    return TortureArm(
      name: "D, template of boot", kernels: "7.1 to 7.3", format: kernel.tailFormat,
      take: mask.take, bootedKernel: kernel, faultsFrom: Set(Stage.allCases))
  }

  #if HAVE_URCU
    private static var withGracePeriods: [TortureArm] {
      // A grace period does not wait for a walk that began during it. Where it tests for a fake head
      // first, it can find none before the remapping, and the head's count after it.
      return [
        TortureArm(
          name: "B", kernels: "6.10 to ~6.14", format: HeadPointerFormat.self,
          take: {
            EarlyFakeHeadForm<KeyOn, MembarrierRCU>.pageRefAddUnless(Page(address: $0), 1, 0)
          },
          rcu: MembarrierRCU.self, faultsFrom: [.quiescent]),
        TortureArm(
          name: "C", kernels: "~6.15 to 7.0", format: HeadPointerFormat.self,
          take: {
            FakeHeadForm<KeyOn, MembarrierRCU>.pageRefAddUnless(Page(address: $0), 1, 0)
          },
          rcu: MembarrierRCU.self, faultsFrom: []),
        TortureArm(
          name: "C, tests misordered", kernels: "-", format: HeadPointerFormat.self,
          take: { MisorderedFakeHeadForm.pageRefAddUnless(Page(address: $0), 1, 0) },
          rcu: MembarrierRCU.self, faultsFrom: [.quiescent]),
      ]
    }
  #else
    private static let withGracePeriods: [TortureArm] = []
  #endif
}
