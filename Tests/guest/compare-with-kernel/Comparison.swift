import Glibc
import Host
import SystemPackage
import Vmemmap

/// The running kernel's struct pages beside the model's.
struct Comparison {
  let kernel: KernelMap
  let layout: TailLayout
  let tree: SystemTree

  /// Two huge pages of each zone of each node that has some.
  ///
  /// - Parameter zones: how many zones there must be at least.
  /// - Returns: the number of differences.
  func hugePages(
    state: Task.State, order: Int, zones: Int, wrongBit: Int?
  ) throws -> Int {
    let hugePages = try hugePages(order: order)
    let found = try kernel.folios(
      at: hugePages.map(\.page.frame), order: order, layout, asksForNodes: state != .boot)
    let places = hugePages.map { ($0.node, $0.zone) }
    let expected =
      state == .boot
      ? try FolioLayouts.modelled(
        try kernelVersion(), layout, places, order: order, areWritten: found.haveCountedTails)
      : try FolioLayouts.modelled(
        layout, places, order: order, isOptimized: state == .on, wrongBit: wrongBit)
    let compared = Set(places.map { "node \($0.0) \($0.1)" }).sorted()
    print("\(hugePages.count) huge pages of order \(order): \(found)")
    print("zones compared: \(compared.count) of \(zones), \(compared)")
    return show(found.differences(from: expected)) + max(0, zones - compared.count)
  }

  /// Compound pages of the device.
  ///
  /// - Parameter sharesTails: whether it is expected; not where the device itself holds its struct pages.
  /// - Returns: the number of differences, and of tails that lead to no head.
  func deviceMemory(sharesTails: Bool, wrongBit: Int?) throws -> Int {
    let device = try DAXDevice(tree)
    // What holds a device's own struct pages has none that say a node.
    let found = try kernel.folios(
      at: device.heads, order: device.order, layout, asksForNodes: sharesTails)
    let expected = try FolioLayouts.modelledDevice(
      layout, node: device.node, folios: device.heads.count, order: device.order,
      sharesTails: sharesTails, wrongBit: wrongBit)
    print("\(device.heads.count) compound pages of order \(device.order): \(found)")
    return show(found.differences(from: expected))
  }

  /// - Returns: how many tails have no head.
  func survey() throws -> Int {
    let survey = try KernelSurvey(kernel, layout, of: systemMemory(tree))
    let tails = survey.tails.sorted { $0.key < $1.key }.map { "\($0.value) of order \($0.key)" }
    print(
      "\(survey.structPages) struct pages, tails: \(tails.joined(separator: ", ")); "
        + "\(survey.lost.count) without a head")
    for frame in survey.lost.prefix(20) { print("  frame 0x\(String(frame, radix: 16))") }
    return survey.lost.count
  }

  private func show(_ differences: FolioLayouts.Differences) -> Int {
    for difference in differences.lines { print("  \(difference)") }
    return differences.count
  }

  private func hugePages(order: Int) throws -> [(page: HugePage, node: Int, zone: Zone)] {
    let nodes = try Topology.current().nodesWithMemory.filter { node in
      let free =
        "sys/devices/system/node/node\(node)/hugepages/hugepages-\(4 << order)kB/free_hugepages"
      return try tree.text(FilePath(free)).first != "0"
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

  /// The running kernel's.
  private func kernelVersion() throws -> KernelVersion {
    let numbers = try tree.release().split(separator: ".").prefix(2).compactMap { Int($0) }
    return KernelVersion(numbers[0], numbers[1])
  }
}

extension FolioLayouts: CustomStringConvertible {
  var description: String {
    let frames = Set(vmemmapPages.map(\.sameFrameAs)).count
    return "\(vmemmapPages.count) vmemmap pages in \(frames) frames, "
      + "\(vmemmapPages.count { $0.isWritable }) writable, "
      + "\(structPages.count { $0.hasHeadFlag && !$0.isHead }) fake heads, "
      + "shared tails with a count in \(haveCountedTails.count { $0 })"
  }
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
