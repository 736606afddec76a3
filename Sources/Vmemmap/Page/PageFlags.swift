/// The `flags` word of a struct page: named flags in bits 0 to 22, node and zone at the high end.
///
/// From bit 63 down: the node in ``nodeBits`` bits, then the zone in ``zoneBits`` bits, then who touched
/// the page last in ``lastCPUPIDBits`` bits.
///
/// The corresponding kernel type is `enum pageflags` with `page_to_nid()` and `page_zonenum()`.
@frozen
public struct PageFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  @inlinable @inline(__always)
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  @inlinable public static var locked: PageFlags { PageFlags(rawValue: 1 << 0) }
  @inlinable public static var lru: PageFlags { PageFlags(rawValue: 1 << 5) }
  /// `PG_head`: the first page of a compound page. Bit 6 since Linux 6.12 (bit 16 in 6.1).
  @inlinable @inline(__always)
  public static var head: PageFlags { PageFlags(rawValue: 1 << 6) }
  @inlinable public static var waiters: PageFlags { PageFlags(rawValue: 1 << 7) }
  @inlinable public static var active: PageFlags { PageFlags(rawValue: 1 << 8) }
  /// `PG_reserved`: all struct pages of device DAX, tails and shared ones included.
  @inlinable public static var reserved: PageFlags { PageFlags(rawValue: 1 << 13) }
}

// MARK: - Zone and node

/// A zone of a node, numbered as in the kernel's `enum zone_type` with all zones configured.
public enum Zone: Int, CaseIterable, Sendable {
  case dma, dma32, normal, movable, device
}

extension PageFlags {
  /// `NODES_SHIFT`: 6 in the default x86-64 configuration (10 with `MAXSMP`).
  @inlinable @inline(__always)
  public static var nodeBits: UInt64 { 6 }

  /// `ZONES_SHIFT`: 3, for the five zones of a kernel with `ZONE_DEVICE`.
  @inlinable @inline(__always)
  public static var zoneBits: UInt64 { 3 }

  @inlinable @inline(__always)
  static var nodeShift: UInt64 { 64 - nodeBits }

  @inlinable @inline(__always)
  static var zoneShift: UInt64 { 64 - nodeBits - zoneBits }

  /// The number of nodes that fit into the flags.
  public static var maximumNodes: Int { 1 << Int(nodeBits) }

  /// The nodes that fit into the flags.
  public static var nodes: Range<Int> { 0..<maximumNodes }

  /// Flags with nothing set but zone and node.
  ///
  /// - Precondition: `node` is in `0..<maximumNodes`.
  @inlinable
  public init(zone: Zone, node: Int) {
    precondition(node >= 0 && node < PageFlags.maximumNodes, "node \(node) does not fit the flags")
    self.init(
      rawValue: UInt64(node) << PageFlags.nodeShift
        | UInt64(zone.rawValue) << PageFlags.zoneShift)
  }

  /// The node that the page belongs to. The corresponding kernel function is `page_to_nid()`.
  @inlinable @inline(__always)
  public var node: Int { Int(rawValue >> PageFlags.nodeShift) }

  /// The zone's number within its node. The corresponding kernel function is `page_zonenum()`.
  @inlinable @inline(__always)
  public var zoneNumber: Int {
    Int(rawValue >> PageFlags.zoneShift & (1 << PageFlags.zoneBits - 1))
  }
}

// MARK: - Who touched the page last

extension PageFlags {
  /// `LAST_CPUPID_SHIFT`: 21, of which 13 for the CPU, as in kernels for up to 8192 CPUs with NUMA
  /// balancing.
  @inlinable @inline(__always)
  public static var lastCPUPIDBits: UInt64 { 21 }

  /// The lowest bit of `last_cpupid`: 34 here, and 30 in a kernel whose nodes take 10 bits.
  @inlinable @inline(__always)
  static var lastCPUPIDShift: UInt64 { zoneShift - lastCPUPIDBits }

  /// Nobody: all ones in `last_cpupid`, as every struct page of memory begins. Tails keep them, but those
  /// of a template have zeros there, so that they differ from others of their order and zone.
  ///
  /// Seen in 7.1.13 and 7.3.4. The corresponding kernel function is `page_cpupid_reset_last()`.
  @inlinable @inline(__always)
  public static var noLastCPUPID: PageFlags {
    PageFlags(rawValue: (1 << lastCPUPIDBits - 1) << lastCPUPIDShift)
  }

  /// Who touched the page last. The corresponding kernel function is `page_cpupid_last()`.
  public var lastCPUPID: Int {
    Int(rawValue >> PageFlags.lastCPUPIDShift & (1 << PageFlags.lastCPUPIDBits - 1))
  }
}

extension PageFlags {
  /// These flags with nothing left but zone and node.
  public var zoneAndNode: PageFlags {
    PageFlags(rawValue: rawValue & ~0 << PageFlags.zoneShift)
  }
  /// These flags with another node.
  ///
  /// - Precondition: `node` is in `0..<maximumNodes`.
  func onNode(_ node: Int) -> PageFlags {
    precondition(node >= 0 && node < PageFlags.maximumNodes, "node \(node) does not fit the flags")
    return PageFlags(
      rawValue: rawValue & (1 << PageFlags.nodeShift - 1) | UInt64(node) << PageFlags.nodeShift)
  }
}
