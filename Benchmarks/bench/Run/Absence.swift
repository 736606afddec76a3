import Host
import Measurement
import Results
import Vmemmap

/// Something that this build or machine does not have, and what is not measured for lack of it.
struct Absence {
  let what: String
  /// Why it is not there.
  let why: String
  /// What stays empty.
  let effect: String
  let command: String?

  static func all() -> [Absence] { hardwareCounters() + staticKey() + liburcu }

  /// One for each reason: mostly one for all events.
  private static func hardwareCounters() -> [Absence] {
    let unavailable = EventGroup().unavailable
    let events = HardwareEvent.allCases
    var seen: Set<EventUnavailable> = []
    let reasons = events.compactMap { unavailable[$0] }.filter { seen.insert($0).inserted }
    return reasons.map { reason in
      let missing = events.filter { unavailable[$0] == reason }.map(\.rawValue)
      return Absence(
        what: "hardware counters (\(missing.joined(separator: ", ")))",
        why: reason.description, effect: "their columns stay empty, and per operation too",
        command: reason.command)
    }
  }

  private static func staticKey() -> [Absence] {
    OptimizeVmemmapKey.problem().map { problem in
      let constants = [FakeHeadEncoding<KeyOff>.name, FakeHeadEncoding<KeyOn>.name]
      return [
        Absence(
          what: "static key in patched code (\(FakeHeadEncoding<OptimizeVmemmapKey>.name))",
          why: problem.description,
          effect: "the old kernel is its constants, \(constants.joined(separator: " and "))",
          command: nil)
      ]
    } ?? []
  }

  static var liburcu: [Absence] {
    #if HAVE_URCU
      []
    #else
      [
        Absence(
          what: "page_ref_add_unless with liburcu's read side, and HVO with its grace periods",
          why: "built without liburcu", effect: "their arms are left out",
          command: "scripts/setup && swift build -c release")
      ]
    #endif
  }
}

extension Meta.Unmeasured {
  init(_ left: LeftOut) { self.init(what: left.what, why: left.why) }

  init(_ absence: Absence) {
    self.init(
      what: absence.what, why: absence.why + (absence.command.map { ": \($0)" } ?? ""))
  }
}

extension Finding {
  init(_ absence: Absence) {
    self.init(
      what: "no \(absence.what)", why: "\(absence.effect): \(absence.why)",
      command: absence.command)
  }
}
