/// Which nodes hold the templates of shared tails.
public enum TemplateNode: Hashable, Sendable {
  /// Each on the node of its zone, as the kernel has them.
  case local
  /// All on one node; still one for each zone of each node, with the flags that it has locally. What
  /// a far template costs: nothing but distance is different.
  case node(Int)
  /// One for each kind of zone and order, on one node, for the folios of all nodes.
  ///
  /// An experiment, which no kernel has: the fewest templates, so the most to be found in caches. The
  /// flags of a template name one node, so `page_to_nid()` of a tail is right only for folios of that
  /// node, and so is `page_zone()`. A kernel would have to ask the head, as v2 to v6 of the series
  /// did for the zone, when templates were one for each node.
  case global(node: Int)
}

extension TemplateNode {
  /// The one node that holds all templates, if there is one.
  var named: Int? {
    switch self {
    case .local: nil
    case .node(let node), .global(let node): node
    }
  }

  /// The node that a template lies on.
  ///
  /// - Parameter flags: of a head, or of the template.
  func node(for flags: PageFlags) -> Int {
    named ?? flags.node
  }

  /// The flags of a template whose local one has these.
  func flags(for local: PageFlags) -> PageFlags {
    switch self {
    case .local, .node: local
    case .global(let node): local.onNode(node)
    }
  }
}
