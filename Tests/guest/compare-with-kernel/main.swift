import Glibc
import Host
import SystemPackage
import Vmemmap

// Compares the struct pages of compound pages that the running kernel has with those that the model makes
// of the same layout, which the kernel's BTF names: frames and protection of their vmemmap pages by the
// kernel's page tables, and what the kernel's decoding answers for each of the struct pages. Or looks at
// all struct pages.
//
// usage: compare-with-kernel on|boot|off ORDER ZONES [BIT]
//          two huge pages of every zone of every node that the pool has some of; what HVO did to them,
//          boot: as they were made at boot; their order, 9 or 18; how many zones there must be at least; a
//          bit of the tails' words that the model is to have wrong
//        compare-with-kernel dax|altmap [BIT]
//          compound pages of the only DAX device, whose struct pages are in memory, or in the device
//        compare-with-kernel survey
//
// Changes nothing; takes root, and free huge pages on a node.
// Exit status: 0 all the same; 1 differences; 64 usage; 69 the kernel or the model can't be looked at.

let arguments = Array(CommandLine.arguments.dropFirst())
guard let task = Task(arguments) else {
  complain(Task.usage)
  exit(64)
}

func complain(_ message: String) {
  _ = try? FileDescriptor.standardError.writeAll("\(message)\n".utf8)
}

do {
  let tree = SystemTree()
  let layout = try TailLayout.ofKernel(tree)
  let lastFrame = (try systemMemory(tree).last?.upperBound ?? 1) - 1
  let kernel = try KernelMap(
    frame: lastFrame, ofNode: Topology.current().nodesWithMemory.last ?? 0)
  let comparison = Comparison(kernel: kernel, layout: layout, tree: tree)
  let differences: Int
  switch task {
  case .hugePages(let state, let order, let zones, let wrongBit):
    differences = try comparison.hugePages(
      state: state, order: order, zones: zones, wrongBit: wrongBit)
    print("layout \(layout.rawValue), HVO \(state): \(differences) differences")
  case .deviceMemory(let sharesTails, let wrongBit):
    differences = try comparison.deviceMemory(sharesTails: sharesTails, wrongBit: wrongBit)
    print("layout \(layout.rawValue), device memory: \(differences) differences")
  case .survey:
    differences = try comparison.survey()
    print("layout \(layout.rawValue): \(differences) lost")
  }
  exit(differences == 0 ? 0 : 1)
} catch {
  complain("compare-with-kernel: \(error)")
  exit(69)
}
