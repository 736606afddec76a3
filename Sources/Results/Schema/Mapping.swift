public import Vmemmap

/// What an arm's memory maps were mapped with in all processes of a run.
public enum Mapping: Hashable, Sendable {
  case uniform(MappingSize)
  /// One process was granted another size than the next.
  case mixed

  /// Nil where there was no map.
  public init?(_ sizes: some Sequence<MappingSize>) {
    let sizes = Set(sizes)
    guard let size = sizes.first else { return nil }
    self = sizes.count == 1 ? .uniform(size) : .mixed
  }
}

extension Mapping: CaseIterable {
  public static var allCases: [Mapping] { MappingSize.allCases.map { .uniform($0) } + [.mixed] }
}

extension Mapping: RawRepresentable {
  public var rawValue: String {
    switch self {
    case .uniform(let size): size.rawValue
    case .mixed: "mixed"
    }
  }

  public init?(rawValue: String) {
    guard let mapping = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = mapping
  }
}
