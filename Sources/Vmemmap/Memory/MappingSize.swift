/// The size of the mappings under a memory map, as the machine granted it.
public enum MappingSize: String, Sendable, CaseIterable {
  case base = "4k"
  case huge = "2m"
}
