/// The replicates of a paired quantity: the medians of the groups of rounds that share process,
/// layout and block.
///
/// Rounds that follow each other within a process share its memory placement, and rounds in one
/// code layout share its luck, so their number says little about how well a quantity is known.
struct RoundGroups {
  struct Key: Hashable {
    let process: Int
    let layout: Int
    let block: Int
  }

  private let medians: [Key: Double]

  /// The medians of the groups with one process, in no order.
  let ofProcesses: [Double]

  /// The medians of the groups with one layout, in no order.
  let ofLayouts: [Double]

  /// - Parameter value: the quantity, of each round.
  init(_ rounds: [PairedRound], of value: (PairedRound) -> Double) {
    self.init(
      medians: Dictionary(grouping: rounds) {
        Key(process: $0.process, layout: $0.layout, block: $0.block)
      }.mapValues { Statistics.median($0.map(value)) })
  }

  private init(medians: [Key: Double]) {
    func groupMedians(by level: (Key) -> Int) -> [Double] {
      Dictionary(grouping: medians) { level($0.key) }.values.map {
        Statistics.median($0.map(\.value))
      }
    }
    self.medians = medians
    ofProcesses = groupMedians(by: \.process)
    ofLayouts = groupMedians(by: \.layout)
  }

  /// The groups' values, in no order.
  var values: [Double] { Array(medians.values) }

  /// The groups of each layout, by ascending layout.
  func byLayout() -> [(layout: Int, groups: RoundGroups)] {
    Dictionary(grouping: medians, by: \.key.layout).sorted { $0.key < $1.key }.map {
      ($0.key, RoundGroups(medians: Dictionary(uniqueKeysWithValues: $0.value)))
    }
  }

  /// The p-value of no difference; see `PairedInterval.pDifference`.
  var pDifference: Double {
    guard let normal = Statistics.studentTTest(ofProcesses) else { return 1 }
    return max(Statistics.signTest(values), normal)
  }

  /// What an interval must hold for the processes' sake; empty when there is one process.
  func spreadOfProcesses(confidence: Double) -> [Double] {
    if let sign = Statistics.signTestInterval(ofProcesses, confidence: confidence) {
      return [sign.lower, sign.upper]
    }
    guard let normal = Statistics.studentTInterval(ofProcesses, confidence: confidence) else {
      return []
    }
    // The t interval alone may leave out the farthest of 5 processes.
    return ofProcesses + [normal.lowerBound, normal.upperBound]
  }
}
