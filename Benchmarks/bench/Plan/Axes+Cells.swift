import Vmemmap

extension Axes {
  /// - Parameters:
  ///   - cpus: of each node, those that may be used.
  ///   - caches: what footprints are chosen by.
  func cells(on nodes: [NodeChoice], cpus: [Int: [Int]], _ caches: CacheSizes) -> [Cell] {
    var cells: [Cell] = []
    for (population, order) in populations.flatMap({ population in
      population.map { [($0, $0.largestOrder)] } ?? orders.map { (nil, $0) }
    }) {
      for footprint in footprints {
        for state in hvo
        where state != .on || population == nil && order >= Order.smallestOptimizable {
          let folios = footprint.folios(ofOrder: order, caches)
          for mapping in self.mappings(of: folios, ofOrder: order, state) {
            for nodes in nodes where nodes.templates == .local || state == .on {
              for threads in threads {
                let count = threads.threads(onCPUs: cpus[nodes.cpu, default: []].count)
                guard count > 1 ? !nodes.isForOneThread : nodes.peer == nil else { continue }
                for readers in Set(readers.map { Axes.readers(percent: $0, of: count) }).sorted()
                where count > 1 || readers == 0 {
                  cells += self.cells(
                    in: Cell.Group(
                      order: order, population: population, folios: folios, hvo: state,
                      mapping: mapping,
                      nodes: nodes, threads: count, readers: readers == 0 ? nil : readers))
                }
              }
            }
          }
        }
      }
    }
    return cells.uniqued()
  }

  /// The mappings to ask for, for struct pages that are not optimised: once where there is too little
  /// for a huge one, and the largest beside optimised ones.
  private func mappings(
    of folios: Int, ofOrder order: Int, _ state: HVOState
  ) -> [MappingSize] {
    // Not the product, which overflows for numbers that are refused later.
    let isTooLittle = folios < hugePageSize >> (order + Page.shift)
    if isTooLittle && mappings.contains(.base) { return [.base] }
    return state == .on && mappings.contains(.huge) ? [.huge] : mappings
  }

  /// So many of some threads, of each kind at least one where there is a share of both.
  private static func readers(percent: Int, of threads: Int) -> Int {
    guard percent > 0, percent < 100, threads > 1 else { return threads * percent / 100 }
    return min(max(1, threads * percent / 100), threads - 1)
  }

  private func cells(in group: Cell.Group) -> [Cell] {
    var cells: [Cell] = []
    for operation in operations {
      for mode in modes where operation.modes.contains(mode) {
        for (pageClass, mix, predictability)
          in group.population == nil ? classes(ofOrder: group.order) : [(.any, 0, .uniform)]
        {
          for pattern in patterns
          where pattern.applies(to: pageClass, threads: group.threads) {
            let cell = Cell(
              group, operation, mode, pageClass, mix: mix, predictability,
              operation.changesHVO ? .pfnWalk : pattern)
            if operation.applies(cell) && operation.allowsPopulation(cell)
              && operation.allowsReaders(cell)
              && (!essentialsOnly || cell.isEssential) && keeps(cell)
            {
              cells.append(cell)
            }
          }
        }
      }
    }
    return cells
  }

  /// The page classes of an order, each mix and predictability of the class that has them.
  private func classes(ofOrder order: Int) -> [(PageClass, mix: Int, Predictability)] {
    var classes: [(PageClass, mix: Int, Predictability)] = []
    for pageClass in pageClasses where pageClass.exists(inOrder: order) {
      switch pageClass {
      case .any: break
      case .order0, .head, .headAligned, .headUnaligned: classes.append((pageClass, 0, .uniform))
      case .tail, .fakeHead: classes.append((pageClass, 100, .uniform))
      case .mix:
        for mix in mixes {
          classes += predictabilities.map { (pageClass, mix, $0) }
        }
      }
    }
    return classes
  }
}

extension Cell {
  /// What cells have in common that share memory maps.
  fileprivate struct Group {
    let order: Int
    let population: Population?
    let folios: Int
    let hvo: HVOState
    let mapping: MappingSize
    let nodes: NodeChoice
    let threads: Int
    let readers: Int?
  }

  fileprivate init(
    _ group: Group, _ operation: Operation, _ mode: Mode, _ pageClass: PageClass, mix: Int,
    _ predictability: Predictability, _ pattern: Pattern
  ) {
    self.init(
      operation: operation, mode: mode, order: group.order, pageClass: pageClass, mix: mix,
      predictability: predictability, pattern: pattern,
      folios: max(group.folios, group.threads * pattern.pagesBetweenThreads),
      hvo: group.hvo, mapping: group.mapping, cpuNode: group.nodes.cpu,
      memoryNode: group.nodes.memory, peerNode: group.nodes.peer,
      templates: group.nodes.templates, templateNode: group.nodes.templateNode,
      threads: group.threads, readers: group.readers)
    population = group.population
  }
}

extension Sequence {
  /// Elements of equal keys together, in the order in which keys first appear.
  func grouped<Key: Hashable>(by key: (Element) -> Key) -> [(key: Key, elements: [Element])] {
    var places: [Key: Int] = [:]
    var groups: [(key: Key, elements: [Element])] = []
    for element in self {
      let key = key(element)
      if let place = places[key] {
        groups[place].elements.append(element)
      } else {
        places[key] = groups.count
        groups.append((key, [element]))
      }
    }
    return groups
  }
}

extension Sequence {
  /// Of elements with equal keys the first.
  func uniqued<Key: Hashable>(by key: (Element) -> Key) -> [Element] {
    var seen: Set<Key> = []
    return filter { seen.insert(key($0)).inserted }
  }
}

extension Sequence where Element: Hashable {
  /// Each element once, where it comes first.
  func uniqued() -> [Element] { uniqued { $0 } }
}
