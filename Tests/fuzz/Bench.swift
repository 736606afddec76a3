import FoundationEssentials
import Host
import Measurement
import SystemPackage
import Vmemmap

@testable import Results
@testable import bench

/// `plan.json`, of which `bench replay` and `--resume` make cells.
func readPlan(_ bytes: [UInt8]) throws {
  try directory.appending("plan.json").write(bytes)
  let plan = try Plan(of: Results.Run(path: directory, meta: someMeta, summary: []))
  tell(plan)
  let again = try JSONDecoder().decode(Plan.self, from: Data(try plan.json()))
  require(again == plan, "another plan")
}

private let someMeta = Meta(
  started: Timestamp(secondsSinceEpoch: 0), commandLine: [], seed: 1,
  compiler: Meta.Compiler(version: "", flags: []),
  machine: Machine(architecture: "x86_64", basePageSize: 4096))

/// What is said of a plan before it is carried out.
private func tell(_ plan: Plan, _ left: [LeftOut] = []) {
  _ = PlanTree(plan: plan, left: left, columns: 80).lines()
  _ = plan.rule
  _ = plan.loops(of: plan.cells)
  for planned in plan.cells where planned.cell.operation != .selfTest {
    _ = planned.rows(plan.setup.caches)
  }
}

/// A journal of one record. What the record says of itself is right, or nothing in it would be read: the
/// input is a line of JSON, and rounds.
func readJournal(_ bytes: [UInt8]) throws {
  let json = bytes.prefix { $0 != UInt8(ascii: "\n") }
  let body = json + bytes.dropFirst(json.count + 1)
  let header = [UInt64(body.count), Array(body).fnv1a, UInt64(json.count)]
  try directory.appending("journal").write(
    header.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } } + body)
  var reports: [(CellReport, Journal.Place)] = []
  let journal = try Journal(of: RunDirectory(path: directory)) { entry, place in
    if case .told(.cell(let report), _) = entry { reports.append((report, place)) }
  }
  for (report, place) in reports {
    var result = CellResult(report.planned)
    result.add(report, process: 0, at: place)
    for round in try result.rounds(journal) { _ = round.time(0) }
  }
}

/// A word of the command line on each line.
func readArguments(_ bytes: [UInt8]) throws {
  let words = String(decoding: bytes, as: UTF8.self).split(
    separator: "\n", omittingEmptySubsequences: false
  ).map(String.init)
  let options: PlanOptions
  switch try Bench.parseAsRoot(words) {
  case let command as ListCommand: options = command.options
  case let command as RunCommand: options = command.options
  default: return
  }
  let (plan, left) = try options.plan(on: machine)
  tell(plan, left)
  let again = try JSONDecoder().decode(Plan.self, from: Data(try plan.json()))
  require(again == plan, "another plan")
}

/// A machine of 8 GiB.
private let machine = MachineLimits(
  topology: .current(), nodeProblems: [:], mappingLimit: 65530,
  memory: MemoryRoom(bytes: 8 << 30), caches: .common, keyProblem: nil)
