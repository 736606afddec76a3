import Host
import Kernel
import Text
import Vmemmap

/// The modelled struct page beside the running kernel's.
enum KernelComparison {
  static func lines(_ tree: SystemTree) -> [String] {
    let release = (try? tree.release()).map { ", \($0)" } ?? ""
    do throws(KernelError) {
      let kernel = try KernelStructPage.current(tree)
      return ["the running kernel\(release), by its BTF, beside the model"] + (try lines(kernel))
    } catch {
      return ["the running kernel\(release): not known: \(error)"]
    }
  }

  private static func lines(_ kernel: KernelStructPage) throws(KernelError) -> [String] {
    let comparison = try kernel.compared(
      with: Page.fields.map {
        StructPageComparison.ModelField(
          names: [$0.name] + $0.otherNames, offset: $0.offset, size: $0.size)
      }, size: Page.size)
    var table = TextColumns([.left, .right, .left, .right, .left])
    table.append(["field", "bytes", "kernel's name", "bytes", ""])
    for row in comparison.rows {
      table.append([
        row.field.names[0], span(row.field.offset, row.field.size), row.found?.name ?? "",
        row.found.map { span($0.offset, $0.size) } ?? "", row.verdict.rawValue,
      ])
    }
    let head = PageFlags.head.rawValue.trailingZeroBitCount
    return table.rendered() + [
      "sizeof(struct page): \(kernel.size), in the model \(Page.size)",
      "PG_head: "
        + (kernel.headBit.map { "bit \($0), in the model \(head)" } ?? "not in the kernel's BTF"),
      "a tail's word: \(kernel.tailWord?.summary ?? "neither compound_head nor compound_info")",
      "other names in the same words: \(names(comparison.overlays))",
      "beyond the model's bytes: \(names(comparison.beyond))",
    ]
  }

  /// The first and the last byte.
  private static func span(_ offset: Int, _ size: Int) -> String {
    "\(offset)-\(offset + size - 1)"
  }

  private static func names(_ members: [BTF.Member]) -> String {
    members.isEmpty
      ? "none" : members.map { "\($0.name) \(span($0.offset, $0.size))" }.joined(separator: ", ")
  }
}

extension TailWord {
  fileprivate var summary: String {
    switch self {
    case .compoundHead: "\(rawValue), the head's address plus 1, as up to Linux 7.0"
    case .compoundInfo: "\(rawValue), as since Linux 7.1"
    }
  }
}
