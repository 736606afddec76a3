import Vmemmap

/// The lines of vmcoreinfo that tell a crash tool where the modelled kernel's struct pages have what.
///
/// Those of `crash_save_vmcoreinfo_init()` in `kernel/vmcore_info.c` (Linux 7.1) that concern struct
/// pages. The kernel exports a mask for `PG_head`, not its number.
enum VmcoreInfo {
  static var lines: [String] {
    let offsets = Page.Offset.self
    // In the kernel's order.
    let fields: [(String, UInt)] = [
      ("flags", offsets.flags), ("_refcount", offsets.refcount), ("mapping", offsets.mapping),
      ("lru", offsets.compoundInfo), ("_mapcount", offsets.mapcount),
      ("private", offsets.privateData), ("compound_info", offsets.compoundInfo),
    ]
    return ["PAGESIZE=\(basePageSize)", "SIZE(page)=\(Page.size)"]
      + fields.map { "OFFSET(page.\($0.0))=\($0.1)" }
      + [
        "NUMBER(PG_lru)=\(PageFlags.lru.rawValue.trailingZeroBitCount)",
        "NUMBER(PG_head_mask)=\(PageFlags.head.rawValue)",
      ]
  }
}
