import Glibc
import SystemPackage
import Vmemmap

// Compares the struct pages of huge pages that the running kernel has with those that the model makes
// of the old layout, on every node with memory: frames and protection of their vmemmap pages by the
// kernel's page tables, and what the old kernel's decoding answers for each of the 512.
//
// usage: compare-with-kernel on|off     what HVO did to the huge pages in the pool
//
// Changes nothing; takes root, one free huge page of 2 MiB on each node, and a kernel up to 7.0.
// Exit status: 0 all the same; 1 differences; 64 usage; 69 the kernel or the model can't be looked at.

let arguments = CommandLine.arguments.dropFirst()
guard let state = arguments.first.flatMap(HVOState.init(rawValue:)), state != .elsewhere,
  arguments.count == 1
else {
  complain("usage: compare-with-kernel on|off")
  exit(64)
}

func complain(_ message: String) {
  _ = try? FileDescriptor.standardError.writeAll("\(message)\n".utf8)
}

func compare() throws -> Bool {
  let kernel = try Kernel()
  var isSame = true
  for node in Topology.current().nodesWithMemory {
    let hugePage = try HugePage(node: node)
    let layout = try kernel.layout(ofFolioAt: hugePage.frame)
    let expected = try FolioLayout.modelled(node: node, isOptimized: state == .on)
    let differences = layout.differences(from: expected)
    let frames = Set(layout.vmemmapPages.map(\.sameFrameAs)).count
    let writable = layout.vmemmapPages.count { $0.isWritable }
    let fakeHeads = layout.structPages.count { $0.hasHeadFlag && !$0.isHead }
    print(
      """
      node \(node), huge page at frame 0x\(String(hugePage.frame, radix: 16)): \
      \(layout.vmemmapPages.count) vmemmap pages in \(frames) frames, \(writable) writable, \
      \(fakeHeads) fake heads; \(differences.count) differences from the model
      """)
    for difference in differences.prefix(20) { print("  \(difference)") }
    isSame = isSame && differences.isEmpty
  }
  return isSame
}

do {
  exit(try compare() ? 0 : 1)
} catch {
  complain("compare-with-kernel: \(error)")
  exit(69)
}
