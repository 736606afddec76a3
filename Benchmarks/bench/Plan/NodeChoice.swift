import ArgumentParser
import Vmemmap

/// Where the templates of shared tails are, seen from the struct pages of a cell.
enum TemplatePlace: String, ExplainedCase, Codable {
  /// On the node of the struct pages, as the kernel has them.
  case local
  /// On the node that is farthest from them.
  case remote
  /// On one node, the first with memory, whatever node the struct pages are on.
  case global

  var meaning: String? {
    switch self {
    case .local: "on the struct pages' node, as in kernels"
    case .remote: "on the node that is farthest from them"
    case .global: "all on one node"
    }
  }
}

/// Where a cell's threads run, and where its memory is.
struct NodeChoice: Hashable {
  let cpu: Int
  let memory: Int
  /// Where every other thread runs, if not on `cpu`; one thread alone has no cell then.
  var peer: Int?
  /// Whether several threads run on two nodes only, as was asked for.
  var isForOneThread = false
  var templates = TemplatePlace.local
  /// Which node the templates are on, if not the struct pages' own.
  var templateNode: Int?
}

/// The nodes that a person asked for; nil for what the preset has.
struct NodeOptions {
  var cpu: [Int]?
  var memory: [Int]?
  var peer: [Int]?
  var templates: [TemplatePlace]?
}

extension MachineLimits {
  /// The nodes that cells are measured on, and what of it this process can't have here.
  ///
  /// - Parameters:
  ///   - isExhaustive: whether to take every pair of nodes, or one node's own memory and the pair that
  ///     is farthest apart.
  ///   - spansNodes: whether several threads run on two nodes, too, where nobody says so: the first
  ///     that is measured and the one with CPUs that is farthest from it.
  func nodeChoices(
    _ options: NodeOptions, isExhaustive: Bool, spansNodes: Bool
  ) throws -> (choices: [NodeChoice], left: [LeftOut]) {
    try check(options.cpu, among: topology.nodesWithCPUs, lacking: "CPUs")
    try check(options.peer, among: topology.nodesWithCPUs, lacking: "CPUs")
    for node in options.memory ?? [] {
      guard let problem = nodeProblems[node] else { continue }
      throw ValidationError("struct pages can't be put on node \(node): \(problem)")
    }
    try check(options.memory, among: topology.nodesWithMemory, lacking: "memory")
    var pairs = topology.pairs(from: options.cpu, to: options.memory)
    if topology.isNUMA && !bindsToNodes { pairs = pairs.filter { $0.cpu == $0.memory } }
    if !isExhaustive && options.cpu == nil && options.memory == nil {
      pairs = topology.extremes(of: pairs)
    }
    var choices = pairs.map {
      NodeChoice(cpu: $0.cpu, memory: $0.memory, isForOneThread: options.peer != nil)
    }
    if let peers = options.peer {
      choices += peers.flatMap { peer in
        pairs.filter { $0.cpu != peer }.map {
          NodeChoice(cpu: $0.cpu, memory: $0.memory, peer: peer)
        }
      }
    } else if spansNodes, options.cpu == nil, let pair = pairs.first,
      let peer = topology.farthest(from: pair.cpu, of: topology.nodesWithCPUs)
    {
      choices.append(NodeChoice(cpu: pair.cpu, memory: pair.memory, peer: peer))
    }
    var left = nodeProblems.sorted { $0.key < $1.key }.map { node, problem in
      LeftOut(what: "struct pages and templates put on node \(node)", why: "\(problem)")
    }
    let nodesWithMemory = topology.nodesWithMemory
    if nodesWithMemory.count == 1 && left.isEmpty && options.cpu == nil && options.memory == nil {
      left.append(
        LeftOut(
          what: "struct pages and templates on another node",
          why: topology.restriction?.description ?? "this machine has memory on one node only"))
    }
    let places = options.templates ?? (isExhaustive ? TemplatePlace.allCases : [.local])
    choices = places.flatMap { place in
      choices.compactMap { choice -> NodeChoice? in
        guard place != .local else { return choice }
        // Where there is one, templates are on it whatever is asked for.
        guard nodesWithMemory.count > 1 && bindsToNodes else { return nil }
        var choice = choice
        choice.templates = place
        choice.templateNode =
          place == .global
          ? nodesWithMemory.first : topology.farthest(from: choice.memory, of: nodesWithMemory)
        return choice.templateNode == nil ? nil : choice
      }
    }
    return (choices, left)
  }

  private func check(_ asked: [Int]?, among available: [Int], lacking what: String) throws {
    for node in asked ?? [] where !available.contains(node) {
      let list = available.map(String.init).joined(separator: ", ")
      throw ValidationError(
        "node \(node) does not exist or has no \(what) for this process; nodes with \(what): \(list)"
      )
    }
  }
}

extension Topology {
  fileprivate typealias Pair = (cpu: Int, memory: Int)

  fileprivate func pairs(from cpus: [Int]?, to memories: [Int]?) -> [Pair] {
    (cpus ?? nodesWithCPUs).flatMap { cpu in
      (memories ?? nodesWithMemory).map { (cpu, $0) }
    }
  }

  /// The nearest pair and the farthest one, the first of several that are as near or as far.
  fileprivate func extremes(of pairs: [Pair]) -> [Pair] {
    guard let nearest = pairs.min(by: { distance($0) < distance($1) }),
      let farthest = pairs.last(where: { pair in
        pairs.allSatisfy { distance($0) <= distance(pair) }
      })
    else { return [] }
    return distance(nearest) == distance(farthest) ? [nearest] : [nearest, farthest]
  }

  private func distance(_ pair: Pair) -> Int {
    // Firmware that says nothing leaves near and far to the numbers of the nodes.
    distance(from: pair.cpu, to: pair.memory) ?? (pair.cpu == pair.memory ? 10 : 20)
  }

  fileprivate func farthest(from node: Int, of nodes: [Int]) -> Int? {
    nodes.filter { $0 != node }.max { distance((node, $0)) < distance((node, $1)) }
  }
}
