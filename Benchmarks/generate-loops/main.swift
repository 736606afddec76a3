// Writes the timed loops' entry points: one C symbol for each arm of each operation, mode, role and
// code layout, and the table that finds them. What they do is in `TimedLoops`.
//
// The arms come from the lists in Vmemmap, so that a new encoding or form is timed without a line
// here. Usage: generate-loops OUTPUT.swift

import Foundation
import Vmemmap

/// An encoding or a form, as generated code names it.
struct Contender {
  let name: String
  let type: String

  init(_ code: any KernelCode.Type) {
    name = code.name
    type = String(reflecting: code)
  }
}

struct Arm {
  let operation: String
  let name: String
  /// For each mode, the call that is the loop's body.
  let bodies: KeyValuePairs<String, String>
  /// Any arm can be the baseline, whose twin is a second copy of it.
  var hasTwin = true
}

// MARK: The loops' shells

func throughput(_ operation: String) -> String {
  "throughput(\(operation).self, base, stream, count)"
}

func spaced(_ operation: String) -> String {
  "spaced(\(operation).self, base, stream, count)"
}

func latency(_ operation: String) -> String {
  "latency(\(operation).self, base, start, stream, count)"
}

func runs(_ run: String) -> String { "runs(\(run).self, base, stream, count)" }

// MARK: Operations

/// An operation of each contender.
///
/// - Parameter bodies: by mode, given the contender's type.
func timed(
  _ operation: String, of contenders: [Contender],
  bodies: (String) -> KeyValuePairs<String, String>
) -> [Arm] {
  contenders.map { Arm(operation: operation, name: $0.name, bodies: bodies("<\($0.type)>")) }
}

/// An operation on struct pages, independent of each other.
func timed(_ operation: String, _ type: String, of contenders: [Contender]) -> [Arm] {
  timed(operation, of: contenders) { ["throughput": throughput(type + $0)] }
}

/// From 0.2 to 5 % of the self-test's operation; the baseline's none first.
let plantedAdditions = [0, 1, 2, 6, 12, 30]

func planted(_ additions: Int) -> Arm {
  Arm(
    operation: "selftest", name: "planted_\(additions)",
    bodies: [
      "latency": """
      latency(CompoundHead<MaskEncoding>.self, with: PlantedDelay<\(additions)>.self, base, start, \
      stream, count)
      """,
      // What all arms are verified with.
      "throughput": throughput("CompoundHead<MaskEncoding>"),
    ])
}

/// The shells without an operation.
let empty = Arm(
  operation: "empty", name: "empty",
  bodies: [
    "throughput": throughput("EmptyOperation"), "spaced": spaced("EmptyOperation"),
    "latency": latency("EmptyOperation"), "runs": runs("EmptyRun"),
  ],
  hasTwin: false)

/// What threads do beside those that are timed.
let reader = Arm(
  operation: "page_ref_count", name: "page_ref_count",
  bodies: ["throughput": throughput("PageRefCount")], hasTwin: false)

let encodings = comparableEncodings.map { Contender($0) }

let arms =
  timed("compound_head", of: compoundEncodings.map { Contender($0) }) {
    [
      "throughput": throughput("CompoundHead" + $0), "latency": latency("HeadFlags" + $0),
      "address_chain": latency("CompoundHead" + $0),
      "consumer_flags": throughput("HeadFlags" + $0),
    ]
  }
  + timed("compound_head", of: folioRefForms.map { Contender($0) }) {
    ["consumer_ref": throughput("HeadReference" + $0)]
  }
  + timed("page_head", "PageHead", of: encodings)
  + timed("page_tail", "PageTail", of: encodings)
  + timed("page_compound", "PageCompound", of: encodings)
  + timed("prep_compound_page", of: preparedEncodings.map { Contender($0) }) {
    ["throughput": runs("PrepCompoundPage" + $0)]
  }
  + timed("scan_pfns", of: scannedEncodings.map { Contender($0) }) {
    ["throughput": runs("ScanPFNs" + $0)]
  }
  + [("zap_pages", "ZapPages"), ("zap_batch", "ZapBatch"), ("unpin_pages", "UnpinPages")].flatMap {
    operation, type in
    timed(operation, of: scannedEncodings.map { Contender($0) }) {
      ["throughput": runs(type + $0)]
    }
  }
  + timed("gup_fast", of: pageRefForms.map { Contender($0) }) {
    ["throughput": runs("GupFast" + $0)]
  }
  + timed("page_zonenum", of: zoneEncodings.map { Contender($0) }) {
    ["throughput": throughput("PageZonenum" + $0), "latency": latency("PageZonenum" + $0)]
  }
  + timed("page_ref_add_unless", of: pageRefForms.map { Contender($0) }) {
    ["throughput": throughput("PageRefAddUnless" + $0), "spaced": spaced("PageRefAddUnless" + $0)]
  }
  + timed("folio_try_get", of: folioRefForms.map { Contender($0) }) {
    ["throughput": throughput("FolioTryGet" + $0), "spaced": spaced("FolioTryGet" + $0)]
  }
  + timed("put_page", of: compoundEncodings.map { Contender($0) }) {
    ["throughput": throughput("PutPage" + $0), "spaced": spaced("PutPage" + $0)]
  }
  + plantedAdditions.map { planted($0) } + [empty, reader]

// MARK: Entry points

/// The number of copies of a loop whose text can be told apart (`cvm_layout_*`).
let availableCopies = 512

// All twins after all arms: a twin's code then is as far from the baseline's as that of other arms,
// and differs by as much as their code's places do.
let copies = arms.map { ($0, "arm") } + arms.filter(\.hasTwin).map { ($0, "twin") }

var entryPoints = ""
var table = ""
for (number, (arm, role)) in copies.enumerated() {
  guard number < availableCopies else {
    fatalError("more than \(availableCopies) arms and twins: add copies to CVmemmap.h")
  }
  let copy = String(format: "%03o", number)
  for (mode, body) in arm.bodies {
    for layout in 0..<4 {
      let symbol = [arm.operation, mode, arm.name, role, String(layout)].joined(separator: "__")
      entryPoints += """

        @c(\(symbol)) @inline(never)
        func \(symbol)(
          _ base: UInt, _ start: UInt, _ stream: UnsafePointer<UInt>, _ count: Int
        ) -> UInt {
          cvm_layout_\(copy)_\(layout)()
          return unsafe \(body)
        }

        """
      table += "  \"\(symbol)\": unsafe TimedLoop(\(symbol)),\n"
    }
  }
}

#if COMPARE_WITH_C
  let imports = "import TimedLoopsInC\n"
  // The loops that Tests/CLoops has, as arms of their own.
  for arm in arms {
    for (mode, _) in arm.bodies where CounterpartInC.exists(arm.operation, mode, arm.name) {
      for layout in 0..<4 {
        let symbol = "\(arm.operation)__\(mode)__c_\(arm.name)__arm__\(layout)"
        table += "  \"\(symbol)\": unsafe TimedLoop(\(symbol)),\n"
      }
    }
  }
#else
  let imports = ""
#endif

let source = """
  // Generated by generate-loops.

  \(imports)import CVmemmap
  import Vmemmap

  /// How many additions the self-test's arms have planted, the baseline's none first.
  public let plantedAdditions = \(plantedAdditions)

  /// The timed loops by symbol: operation, mode, arm, role and code layout, joined by two underscores.
  public let timedLoops: [String: TimedLoop] = [
  \(table)]
  \(entryPoints)
  """
try source.write(toFile: CommandLine.arguments[1], atomically: true, encoding: .utf8)
