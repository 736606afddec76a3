import Glibc
import Host
import SystemPackage
import Vmemmap

// Compares the struct pages of huge pages that the running kernel has with those that the model makes
// of the same layout, which the kernel's BTF names: two huge pages of every zone of every node that
// the pool has some of, frames and protection of their vmemmap pages by the kernel's page tables, and
// what the kernel's decoding answers for each of the struct pages. Then looks at all struct pages.
//
// usage: compare-with-kernel on|off [BIT]     what HVO did to the huge pages in the pool; a bit of the
//                                             tails' words that the model is to have wrong
//
// Changes nothing; takes root, and free huge pages of 2 MiB on each node.
// Exit status: 0 all the same; 1 differences; 64 usage; 69 the kernel or the model can't be looked at.

let arguments = Array(CommandLine.arguments.dropFirst())
let wrongBit = arguments.count == 2 ? Int(arguments[1]).flatMap { 1..<64 ~= $0 ? $0 : nil } : nil
guard let state = arguments.first.flatMap(HVOState.init(rawValue:)), state != .elsewhere,
  arguments.count == (wrongBit == nil ? 1 : 2)
else {
  complain("usage: compare-with-kernel on|off [BIT]")
  exit(64)
}

func complain(_ message: String) {
  _ = try? FileDescriptor.standardError.writeAll("\(message)\n".utf8)
}

/// Two huge pages of each zone of each node, and where they are.
func hugePages(_ kernel: KernelMap) throws -> [(page: HugePage, node: Int, zone: Zone)] {
  try Topology.current().nodesWithMemory.flatMap { node in
    try Dictionary(grouping: HugePage.all(on: node)) { try kernel.zone(of: $0.frame) }
      .sorted { $0.key.rawValue < $1.key.rawValue }
      .flatMap { zone, pages in pages.prefix(2).map { ($0, node, zone) } }
  }
}

/// - Returns: the number of differences.
func compareHugePages(_ kernel: KernelMap, _ layout: TailLayout) throws -> Int {
  let hugePages = try hugePages(kernel)
  let found = try kernel.folios(at: hugePages.map(\.page.frame), layout)
  let expected = try FolioLayouts.modelled(
    layout, hugePages.map { ($0.node, $0.zone) }, isOptimized: state == .on, wrongBit: wrongBit)
  let differences = found.differences(from: expected)
  let frames = Set(found.vmemmapPages.map(\.sameFrameAs)).count
  print(
    """
    \(hugePages.count) huge pages, \(hugePages.map { "node \($0.node) \($0.zone)" }): \
    \(found.vmemmapPages.count) vmemmap pages in \
    \(frames) frames, \(found.vmemmapPages.count { $0.isWritable }) writable, \
    \(found.structPages.count { $0.hasHeadFlag && !$0.isHead }) fake heads
    """)
  for difference in differences.prefix(20) { print("  \(difference)") }
  return differences.count
}

/// - Returns: how many tails have no head.
func survey(_ kernel: KernelMap, _ layout: TailLayout, _ tree: SystemTree) throws -> Int {
  let survey = try KernelSurvey(kernel, layout, of: systemMemory(tree))
  let tails = survey.tails.sorted { $0.key < $1.key }.map { "\($0.value) of order \($0.key)" }
  print(
    "\(survey.structPages) struct pages, tails: \(tails.joined(separator: ", ")); "
      + "\(survey.lost.count) without a head")
  for frame in survey.lost.prefix(20) { print("  frame 0x\(String(frame, radix: 16))") }
  return survey.lost.count
}

/// The page frames that are memory, by `/proc/iomem`.
func systemMemory(_ tree: SystemTree) throws -> [Range<UInt>] {
  var ranges: [Range<UInt>] = []
  for line in try tree.text("proc/iomem").split(separator: "\n")
  where line.hasSuffix(" : System RAM") && !line.hasPrefix(" ") {
    let bounds = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
    guard bounds.count == 2 else { continue }
    let range = (bounds[0] + 4095) / 4096..<(bounds[1] + 1) / 4096
    if !range.isEmpty { ranges.append(range) }
  }
  return ranges
}

do {
  let tree = SystemTree()
  let layout = try TailLayout.ofKernel(tree)
  let kernel = try KernelMap()
  let differences = try compareHugePages(kernel, layout)
  let lost = wrongBit == nil ? try survey(kernel, layout, tree) : 0
  print("layout \(layout.rawValue), HVO \(state.rawValue): \(differences) differences, \(lost) lost")
  exit(differences + lost == 0 ? 0 : 1)
} catch {
  complain("compare-with-kernel: \(error)")
  exit(69)
}
