import Glibc
import Host
import SystemPackage
import Vmemmap

// Compares the struct pages of huge pages that the running kernel has with those that the model makes
// of the same layout, which the kernel's BTF names: two huge pages of every zone of every node that
// the pool has some of, frames and protection of their vmemmap pages by the kernel's page tables, and
// what the kernel's decoding answers for each of the struct pages. Or looks at all struct pages.
//
// usage: compare-with-kernel on|boot|off [ORDER [BIT]]
//          what HVO did to the huge pages in the pool, boot: as they were made at boot; their order, 9
//          by default; a bit of the tails' words that the model is to have wrong
//        compare-with-kernel survey
//
// Changes nothing; takes root, and free huge pages on a node.
// Exit status: 0 all the same; 1 differences; 64 usage; 69 the kernel or the model can't be looked at.

/// What to do.
enum Task {
  case compare(isOptimized: Bool, isOfBoot: Bool, order: Int, wrongBit: Int?)
  case survey

  init?(_ arguments: [String]) {
    let numbers = arguments.dropFirst().map { Int($0) }
    switch arguments.first {
    case "survey" where arguments.count == 1: self = .survey
    case "on", "boot", "off":
      let order = numbers.first ?? 9
      let bit = numbers.count > 1 ? numbers[1] : 1
      guard numbers.count <= 2, let order, [9, 18].contains(order), let bit, 1..<64 ~= bit else {
        return nil
      }
      self = .compare(
        isOptimized: arguments[0] != "off", isOfBoot: arguments[0] == "boot", order: order,
        wrongBit: numbers.count > 1 ? bit : nil)
    default: return nil
    }
  }
}

let arguments = Array(CommandLine.arguments.dropFirst())
guard let task = Task(arguments) else {
  complain("usage: compare-with-kernel on|boot|off [ORDER [BIT]], or survey")
  exit(64)
}

func complain(_ message: String) {
  _ = try? FileDescriptor.standardError.writeAll("\(message)\n".utf8)
}

/// Two huge pages of each zone of each node that has some, and where they are.
func hugePages(
  _ kernel: KernelMap, order: Int
) throws -> [(page: HugePage, node: Int, zone: Zone)] {
  let nodes = try Topology.current().nodesWithMemory.filter { node in
    let free =
      "sys/devices/system/node/node\(node)/hugepages/hugepages-\(4 << order)kB/free_hugepages"
    return try SystemTree().text(FilePath(free)).first != "0"
  }
  guard !nodes.isEmpty else {
    throw ComparisonError.noHugePage(order: order, node: 0, errno: ENOMEM)
  }
  return try nodes.flatMap { node in
    try Dictionary(grouping: HugePage.all(on: node, order: order)) {
      try kernel.zone(of: $0.frame)
    }
    .sorted { $0.key.rawValue < $1.key.rawValue }
    .flatMap { zone, pages in pages.prefix(2).map { ($0, node, zone) } }
  }
}

/// - Returns: the number of differences.
func compareHugePages(
  _ kernel: KernelMap, _ layout: TailLayout, order: Int, isOptimized: Bool, isOfBoot: Bool,
  wrongBit: Int?
) throws -> Int {
  let hugePages = try hugePages(kernel, order: order)
  let found = try kernel.folios(
    at: hugePages.map(\.page.frame), order: order, layout, asksForNodes: !isOfBoot)
  let places = hugePages.map { ($0.node, $0.zone) }
  let expected =
    isOfBoot
    ? try FolioLayouts.modelled(
      try kernelVersion(), layout, places, order: order, areWritten: found.haveCountedTails)
    : try FolioLayouts.modelled(
      layout, places, order: order, isOptimized: isOptimized, wrongBit: wrongBit)
  let differences = found.differences(from: expected)
  let frames = Set(found.vmemmapPages.map(\.sameFrameAs)).count
  print(
    """
    \(hugePages.count) huge pages of order \(order), \
    \(hugePages.map { "node \($0.node) \($0.zone)" }): \
    \(found.vmemmapPages.count) vmemmap pages in \
    \(frames) frames, \(found.vmemmapPages.count { $0.isWritable }) writable, \
    \(found.structPages.count { $0.hasHeadFlag && !$0.isHead }) fake heads, \
    shared tails with a count in \(found.haveCountedTails.count { $0 })
    """)
  for difference in differences.lines { print("  \(difference)") }
  return differences.count
}

/// The running kernel's.
func kernelVersion() throws -> KernelVersion {
  let numbers = try SystemTree().release().split(separator: ".").prefix(2).compactMap { Int($0) }
  return KernelVersion(numbers[0], numbers[1])
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
  let lastFrame = (try systemMemory(tree).last?.upperBound ?? 1) - 1
  let kernel = try KernelMap(
    frame: lastFrame, ofNode: Topology.current().nodesWithMemory.last ?? 0)
  let differences: Int
  switch task {
  case .compare(let isOptimized, let isOfBoot, let order, let wrongBit):
    differences = try compareHugePages(
      kernel, layout, order: order, isOptimized: isOptimized, isOfBoot: isOfBoot,
      wrongBit: wrongBit)
    print("layout \(layout.rawValue), HVO \(arguments[0]): \(differences) differences")
  case .survey:
    differences = try survey(kernel, layout, tree)
    print("layout \(layout.rawValue): \(differences) lost")
  }
  exit(differences == 0 ? 0 : 1)
} catch {
  complain("compare-with-kernel: \(error)")
  exit(69)
}
