import Text

extension Machines {
  /// A compared arm of a cell, on all machines that have it.
  struct Cell: Sendable {
    /// One of each machine, in the order of machines; not empty.
    let sightings: [Sighting]
    /// "1 folio", "32 MiB"; where sizes differ, the cache that holds what is touched.
    let footprint: String

    /// The rows of one machine after the other, as cells.
    ///
    /// Rows match by the axes that are the same on every machine. Of the others:
    ///
    /// - Footprints match by their bytes. Those of different bytes match where old and new find what they
    ///   touch in the same cache each, or beyond all, and no machine has two of the kind.
    /// - Nodes match by whether memory and other threads are on the measuring CPU's.
    /// - Mappings as granted are no matter.
    ///
    /// Where a machine has two cells that only mappings or nodes tell apart, those count.
    static func matching(_ sightings: [Sighting]) -> [Cell] {
      sightings.grouped(by: \.row.portableFields).flatMap { told($0, by: tellings[...]) }
    }

    private static let tellings: [@Sendable (SummaryRow) -> [String]] = [
      { [$0.mapping?.rawValue ?? ""] },
      { row in
        [row.cpuNode, row.memoryNode, row.templateNode, row.peerNode]
          .map { $0?.description ?? "" }
      },
    ]

    private static func told(
      _ sightings: [Sighting], by tellings: ArraySlice<@Sendable (SummaryRow) -> [String]>
    ) -> [Cell] {
      let sizes = sightings.grouped(by: \.row.footprintBytes)
      if let telling = tellings.first, !sizes.allSatisfy(isOneOfEachMachine) {
        return sightings.grouped { telling($0.row) }
          .flatMap { told($0, by: tellings.dropFirst()) }
      }
      return sizes.grouped { level(of: $0) ?? "\($0[0].row.footprintBytes)" }.flatMap { alike in
        isOneOfEachMachine(alike.flatMap(\.self))
          ? [Cell(alike.flatMap(\.self))] : alike.map { Cell($0) }
      }
    }

    private init(_ sightings: [Sighting]) {
      self.sightings = sightings.sorted { $0.machine < $1.machine }
      let row = sightings[0].row
      let isOneSize = sightings.allSatisfy { $0.row.footprintBytes == row.footprintBytes }
      footprint =
        row.isOneFolio
        ? "1 folio"
        : (isOneSize ? nil : Self.level(of: sightings)) ?? ByteCount(row.footprintBytes).description
    }

    private static func isOneOfEachMachine(_ sightings: [Sighting]) -> Bool {
      Set(sightings.map(\.machine)).count == sightings.count
    }

    /// Where the arms find what they touch, as all machines say: "beyond", "L3, old in L2"; nil where
    /// they don't say, or differ.
    private static func level(of sightings: [Sighting]) -> String? {
      let levels = Set(sightings.map { [$0.baseline?.level, $0.row.level] })
      guard levels.count == 1, let old = sightings[0].baseline?.level,
        let new = sightings[0].row.level
      else { return nil }
      return old == new ? new.rawValue : "\(new.rawValue), old in \(old.rawValue)"
    }
  }
}

extension SummaryRow {
  /// The axes that are the same on every machine, as text.
  fileprivate var portableFields: [String] {
    Self.portableAxes.map { $0.field(self).csv }
      + [hugePages == 1, memoryNode == cpuNode, peerNode == nil].map(\.description)
  }

  private static let portableAxes = axes.filter { !ofMachine.contains($0.name) }

  private static let ofMachine: Set = [
    "footprint_bytes", "huge_pages", "mapping", "cpu_node", "memory_node", "template_node",
    "peer_node",
  ]
}
