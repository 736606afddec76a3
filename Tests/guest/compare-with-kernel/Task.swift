/// What to do, by the command line.
enum Task {
  case hugePages(state: State, order: Int, zones: Int, wrongBit: Int?)
  case deviceMemory(sharesTails: Bool, wrongBit: Int?)
  case survey

  /// What HVO did to huge pages; boot: as they were made at boot.
  enum State: String {
    case on, off, boot
  }

  static let usage = """
    usage: compare-with-kernel on|boot|off ORDER ZONES [BIT]
           compare-with-kernel dax|altmap [BIT]
           compare-with-kernel survey
    """

  init?(_ arguments: [String]) {
    guard let name = arguments.first else { return nil }
    var numbers: [Int] = []
    for argument in arguments.dropFirst() {
      guard let number = Int(argument) else { return nil }
      numbers.append(number)
    }
    let isCompared = State(rawValue: name) != nil
    let bit = numbers.dropFirst(isCompared ? 2 : 0)
    guard bit.count <= 1, bit.allSatisfy({ 1..<64 ~= $0 }) else { return nil }
    if let state = State(rawValue: name) {
      guard numbers.count >= 2, [9, 18].contains(numbers[0]), numbers[1] > 0 else { return nil }
      self = .hugePages(state: state, order: numbers[0], zones: numbers[1], wrongBit: bit.first)
    } else if name == "dax" || name == "altmap" {
      self = .deviceMemory(sharesTails: name == "dax", wrongBit: bit.first)
    } else if name == "survey", numbers.isEmpty {
      self = .survey
    } else {
      return nil
    }
  }
}
