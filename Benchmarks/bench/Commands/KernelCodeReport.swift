import KernelBinary
import MachineCode
import Measurement
import Text

/// What was found in the machine code of a kernel, in words.
struct KernelCodeReport {
  let survey: CodeSurvey
  private let sites: [Disassembly.HeadSite]

  init(_ survey: CodeSurvey) {
    self.survey = survey
    sites = survey.branches.compactMap(\.site)
  }

  /// Names and texts, always the same for a kernel that has the key, or has it not.
  var lines: [(name: String, text: String)] {
    [("static branches", branches)] + (survey.branches.isEmpty ? [] : details)
      + [("mask sequences", masks), ("counts", counts), ("forms", forms)] + unread
  }

  private var branches: String {
    guard survey.hasKey else { return "none: no \(CodeSurvey.keyName), as since 7.1" }
    let functions = Set(survey.branches.map(\.function)).count
    return "\(survey.branches.count) on \(CodeSurvey.keyName) in \(functions.counted("function")); "
      + "exact, from __jump_table"
  }

  private var details: [(name: String, text: String)] {
    let nops = [2, 5].map { bytes in
      "\(survey.branches.count { $0.bytes == bytes }) of \(bytes) bytes"
    }
    let others = survey.branches.count { $0.bytes == nil }
    return [
      ("nops", (nops + (others > 0 ? ["\(others) not told"] : [])).joined(separator: ", ")),
      ("tail test", Self.choices(sites.map(\.tailTest), of: survey.branches.count)),
      ("page[1]'s answer", Self.choices(sites.map(\.answer), of: survey.branches.count)),
      (
        "bytes in line",
        Self.spread(sites.compactMap(\.inLineBytes)) + ": load, test, jump, nop"
      ),
      ("bytes out of line", Self.spread(sites.map(\.armBytes)) + ": what only the key leads to"),
      (
        "bytes of tails",
        Self.spread(sites.map(\.tailBytes).filter { $0 > 0 }) + ": out of line, pointer less 1"
      ),
      (
        "bytes of the table",
        "\(JumpTable.bytesPerEntry) each, \(JumpTable.bytesPerEntry * survey.branches.count) in "
          + "all; data, not text"
      ),
    ]
  }

  private var masks: String {
    guard !survey.masks.isEmpty else { return "none found" }
    let functions = Set(survey.masks.map(\.function)).count
    return "at least \(survey.masks.count) in \(functions.counted("function")), by pattern; bytes: "
      + Self.spread(survey.masks.map(\.sequence.bytes))
      + "; none of the six instructions is a branch or a cmov"
  }

  /// Forms B and C of page_ref_add_unless(), which test the key.
  private var counts: String {
    let updates = survey.countUpdates
    let byFunction = Dictionary(grouping: survey.branches, by: \.function)
    var formC = 0
    var formB = 0
    for (function, branches) in byFunction where survey.exchanges(of: function) > 0 {
      let found = branches.compactMap(\.site)
      if found.contains(where: \.readsCountFirst) {
        formC += 1
      } else if found.contains(where: { $0.tailTest == nil && $0.precedesExchange }) {
        formB += 1
      }
    }
    let functions = updates.keys.filter { survey.exchanges(of: $0) > 0 }
    let total = functions.reduce(0) { $0 + survey.exchanges(of: $1) }
    let all =
      "\(total) compare-and-swaps at offset 0x\(String(Disassembly.countOffset, radix: 16)) in "
      + functions.count.counted("function")
    guard survey.hasKey else { return all + "; without the key there is neither form B nor C" }
    return all
      + ": form C (key, then the count) in \(formC), a test of the key before the count as "
      + "in form B in \(formB)"
  }

  /// How the count is changed.
  private var forms: String {
    let shapes = survey.countUpdates.values.joined().map(\.shape)
    func count(_ shape: Disassembly.CountUpdate.Shape) -> Int { shapes.count { $0 == shape } }
    return
      "by pattern: the count is loaded first, as in A to D, at \(count(.loadsFirst)); 1 is assumed "
      + "first, as in E, at \(count(.assumesOne)); an addition whose sign decides, as in F, at "
      + "\(count(.addsAndTestsSign)); to 0, as page_ref_freeze(), at \(count(.freezes)); by another "
      + "number at \(count(.otherExchange)). Not told: A from D, and a page's count from another one "
      + "at that offset"
  }

  private var unread: [(name: String, text: String)] {
    let lost = survey.branches.count - sites.count
    var lines: [(name: String, text: String)] = []
    if !survey.unread.isEmpty {
      lines.append(
        ("not read", "\(survey.unread.count.counted("function")) that objdump can't decode"))
    }
    if lost > 0 {
      lines.append(("not told", "the code around \(lost) of the branches"))
    }
    return lines
  }

  private static func choices(
    _ choices: [Disassembly.HeadSite.Choice?], of count: Int
  ) -> String {
    let jumps = choices.count { $0 == .jump }
    let moves = choices.count { $0 == .cmov }
    return "a jump at \(jumps), a cmov at \(moves); \(count - jumps - moves) have none that can be "
      + "told"
  }

  /// Median, quartiles, and of how many.
  static func spread(_ values: [Int]) -> String {
    guard !values.isEmpty else { return "not told" }
    let numbers = values.map(Double.init)
    func quantile(_ fraction: Double) -> String {
      Statistics.quantile(numbers, fraction).plain
    }
    return "median \(quantile(0.5)), quartiles \(quantile(0.25)) and \(quantile(0.75)), "
      + "of \(values.count)"
  }

  // MARK: - By function

  /// A line for each function, or for those of one name.
  func functions(named wanted: String?) -> [String] {
    let branches = Dictionary(grouping: survey.branches, by: \.function)
    let masks = Dictionary(grouping: survey.masks, by: \.function)
    let functions = Set(branches.keys).union(masks.keys).union(survey.countUpdates.keys)
      .filter { wanted == nil || $0.name == wanted }
    var table = TextColumns([.left] + Array(repeating: .right, count: 10))
    table.append([
      "function", "branches", "nops of 2", "tail jumps", "answers by cmov", "bytes in line",
      "out of line", "masks", "exchanges", "1 assumed", "sign tested",
    ])
    for function in functions.sorted(by: { ($0.name, $0.address) < ($1.name, $1.address) }) {
      let own = branches[function] ?? []
      let sites = own.compactMap(\.site)
      let numbers: [Int] = [
        own.count, own.count { $0.bytes == 2 }, sites.count { $0.tailTest == .jump },
        sites.count { $0.answer == .cmov }, sites.compactMap(\.inLineBytes).reduce(0, +),
        sites.map(\.armBytes).reduce(0, +), masks[function]?.count ?? 0,
        survey.exchanges(of: function),
        survey.countUpdates[function]?.count { $0.shape == .assumesOne } ?? 0,
        survey.countUpdates[function]?.count { $0.shape == .addsAndTestsSign } ?? 0,
      ]
      table.append([function.name] + numbers.map(String.init))
    }
    return table.rendered()
  }
}
