import ArgumentParser
import Foundation
import Host
import Measurement
import Text
import Vmemmap

/// How fast a memory map is made.
struct MemmapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memmap",
    abstract: "Times memmap_init() and prep_compound_page() of a whole memory map against memset.",
    discussion: """
      Both write the same, already populated, struct pages, one after the other in each round. The \
      time that populating them took is printed beside.
      """)

  @Option(help: "The modelled memory, with a suffix K, M, G or T.")
  var memory = ByteSize(bytes: 64 << 30)

  @Option(help: "The order of the compound pages, 0 to \(Order.maximum).")
  var order = 9

  @Option(help: "Rounds, at least 6.")
  var rounds = 15

  func validate() throws {
    guard (0...Order.maximum).contains(order) else {
      throw ValidationError(
        "order \(order) is out of range: 0 to \(Order.maximum) (MAX_FOLIO_ORDER)")
    }
    guard rounds >= 6 else {
      throw ValidationError("--rounds \(rounds) is too few for an interval: 6 or more")
    }
    let pages = memory.bytes / basePageSize
    guard pages > 0, pages % structPagesPerVmemmapPage == 0 else {
      throw ValidationError(
        "--memory \(memory.bytes) is not a multiple of \(structPagesPerVmemmapPage * basePageSize) "
          + "bytes, the memory of one page of struct pages")
    }
    guard pages % (1 << order) == 0 else {
      throw ValidationError(
        "--memory \(ByteCount(memory.bytes)) is not whole compound pages of --order \(order), of "
          + "\(ByteCount(basePageSize << order)) each: take more memory or a smaller order")
    }
    if let memory = MemoryRoom.current(), pages * Page.size > memory.bytes {
      throw ValidationError(
        "--memory needs \((pages * Page.size) >> 20) MiB for struct pages, but \(memory.told) "
          + "available; take less")
    }
  }

  func run() throws {
    try requireOptimisedTimings()
    let pages = memory.bytes / basePageSize
    let formats: [any TailFormat.Type] = [HeadPointerFormat.self, HeadMaskFormat.self]
    for format in formats {
      let begin = MonotonicRawClock.now()
      var map = try MemoryMap(
        format: format, sections: [MemorySection(pages: pages)], mappingSize: .huge)
      let populated = Double(MonotonicRawClock.now() - begin)
      let bytes = pages * Page.size
      var initTimes: [Double] = []
      var setTimes: [Double] = []
      // The first pass of either finds the mappings cold.
      for round in 0...rounds {
        let start = MonotonicRawClock.now()
        _ = unsafe memset(UnsafeMutableRawPointer(bitPattern: map.base)!, 0x5a, bytes)
        let middle = MonotonicRawClock.now()
        try map.initialize(order: order)
        let end = MonotonicRawClock.now()
        if round > 0 {
          setTimes.append(Double(middle - start))
          initTimes.append(Double(end - middle))
        }
      }
      // A round is its own replicate: there is one process, and one copy of the code.
      let rate = try PairedEstimate(
        initTimes.indices.map {
          PairedRound(
            process: 0, layout: 0, block: $0, armTime: setTimes[$0],
            baselineTime: initTimes[$0])
        })
      print(
        String(
          format: """
            %@ format, order %d, %@ of struct pages, %@ mappings: populated in %.2f s; initialised \
            at %.1f GB/s, memset at %.1f GB/s: %.2f of its rate [%.2f, %.2f]
            """,
          format.name, order, ByteCount(bytes).description, map.mappingSize.rawValue,
          populated / 1e9,
          Double(bytes) / Statistics.median(initTimes), Double(bytes) / Statistics.median(setTimes),
          rate.ratio, rate.lower, rate.upper))
    }
  }
}

/// A number of bytes on the command line: `64G`.
struct ByteSize: ExpressibleByArgument, CustomStringConvertible {
  let bytes: Int

  init(bytes: Int) {
    self.bytes = bytes
  }

  init?(argument: String) {
    let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
    let shift = argument.last.flatMap { shifts[Character($0.uppercased())] }
    guard let number = Int(shift == nil ? argument : String(argument.dropLast())), number > 0,
      number <= Int.max >> (shift ?? 0)
    else { return nil }
    bytes = number << (shift ?? 0)
  }

  var description: String { bytes % (1 << 30) == 0 ? "\(bytes >> 30)G" : "\(bytes)" }
  var defaultValueDescription: String { description }
}
