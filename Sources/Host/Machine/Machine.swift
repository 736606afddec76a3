/// What a measurement depends on; `nil` or empty where the system does not say.
public struct Machine: Codable, Equatable, Sendable {
  public var architecture: String
  public var cpuModel: String?
  public var vendor: String?
  public var family: Int?
  public var model: Int?
  public var stepping: Int?
  /// Logical CPUs that are online.
  public var logicalCPUs: Int?
  /// The caches that CPU 0 sees.
  public var caches: [Cache] = []
  public var nodes: [Node] = []
  /// NUMA distances, rows and columns in the order of `nodes`; a node is 10 from itself.
  public var distances: [[Int]] = []
  public var basePageSize: Int
  /// The hypervisor's name, or "present" where only that is known; `nil` on bare metal.
  public var hypervisor: String?
  public var kernelRelease: String?
  /// The kernel's lines on CPU vulnerabilities, by name.
  public var mitigations: [String: String] = [:]
  /// CPU 0's frequency governor.
  public var governor: String?
  public var transparentHugepage: String?
  public var shmemHuge: String?
  /// /proc/sys/kernel/randomize_va_space: 0 off, 2 full.
  public var aslr: Int?
  public var maxMapCount: Int?

  public init(architecture: String, basePageSize: Int) {
    self.architecture = architecture
    self.basePageSize = basePageSize
  }

  enum CodingKeys: String, CodingKey {
    case architecture
    case cpuModel = "cpu_model"
    case vendor, family, model, stepping
    case logicalCPUs = "logical_cpus"
    case caches, nodes, distances
    case basePageSize = "base_page_size"
    case hypervisor
    case kernelRelease = "kernel_release"
    case mitigations, governor
    case transparentHugepage = "transparent_hugepage"
    case shmemHuge = "shmem_huge"
    case aslr
    case maxMapCount = "max_map_count"
  }

  /// One cache that CPU 0 sees.
  public struct Cache: Codable, Equatable, Sendable {
    public var level: Int
    /// Data, Instruction or Unified.
    public var type: String
    public var bytes: Int
    /// Lines in a set; `nil` where the kernel does not tell.
    public var ways: Int?

    public init(level: Int, type: String, bytes: Int, ways: Int? = nil) {
      self.level = level
      self.type = type
      self.bytes = bytes
      self.ways = ways
    }
  }

  /// One NUMA node.
  public struct Node: Codable, Equatable, Sendable {
    public var id: Int
    /// In the kernel's list format: 0-3,8-11.
    public var cpus: String
    public var memoryBytes: Int?

    public init(id: Int, cpus: String, memoryBytes: Int?) {
      self.id = id
      self.cpus = cpus
      self.memoryBytes = memoryBytes
    }

    enum CodingKeys: String, CodingKey {
      case id, cpus
      case memoryBytes = "memory_bytes"
    }
  }
}
