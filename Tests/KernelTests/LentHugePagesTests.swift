import Foundation
import Host
import TestSupport
import Testing

@testable import Kernel

/// On prepared files, which take what is written; a kernel's are looked at by the built program's tests.
@Suite("Huge pages that are lent")
struct LentHugePagesTests {
  private let setting = "proc/sys/vm/hugetlb_optimize_vmemmap"
  private let all = "sys/kernel/mm/hugepages/hugepages-2048kB"
  private let ofNode = "sys/devices/system/node/node3/hugepages/hugepages-2048kB"

  private func prepare(total: Int, surplus: Int = 0) throws -> PreparedTree {
    try PreparedTree([
      setting: "0\n", "\(all)/nr_hugepages": "\(total)\n",
      "\(all)/surplus_hugepages": "\(surplus)\n",
    ])
  }

  private func number(_ path: String, _ prepared: PreparedTree) throws -> Int? {
    Int(try prepared.text(path).prefix { $0 != "\n" })
  }

  @Test("What was lent is told, and both settings are as they were", arguments: [false, true])
  func restored(optimizing: Bool) throws {
    let prepared = try prepare(total: 5)
    let lent = try LentHugePages.look(at: 2, optimizing: optimizing, prepared.tree)
    #expect(lent.wanted == 2 && lent.granted == 2 && lent.isOptimizing == optimizing)
    #expect(try number("\(all)/nr_hugepages", prepared) == 5)
    #expect(try number(setting, prepared) == 0)
  }

  @Test("Pages beyond the configured number are not taken for part of it")
  func surplus() throws {
    let prepared = try prepare(total: 5, surplus: 2)
    let settings = try LentHugePages.settings(prepared.tree, optimizing: true)
    #expect(settings.map(\.value) == [0, 3])
    #expect(try LentHugePages.settings(prepared.tree, optimizing: false) == [settings[1]])
  }

  @Test("On a machine with nodes it is this CPU's node that lends")
  func node() throws {
    let prepared = try prepare(total: 5)
    let fields = (4...38).map { "\($0)" }.joined(separator: " ")
    try prepared.write(Data("1 (a) b) R \(fields) 17 40\n".utf8), to: "proc/self/stat")
    try prepared.write(Data(), to: "sys/devices/system/cpu/cpu17/node3/x")
    let path = { try LentHugePages.settings(prepared.tree, optimizing: false)[0].path.string }
    #expect(try path() == "\(all)/nr_hugepages")
    try prepared.write(Data("1\n".utf8), to: "\(ofNode)/nr_hugepages")
    try prepared.write(Data("0\n".utf8), to: "\(ofNode)/surplus_hugepages")
    #expect(try path() == "\(ofNode)/nr_hugepages")
  }

  @Test("What cannot be read is told before anything is changed")
  func nothingChanged() throws {
    let prepared = try prepare(total: 5)
    try FileManager.default.removeItem(at: prepared.url.appending(path: setting))
    let error = #expect(throws: KernelError.self) {
      try LentHugePages.look(at: 2, optimizing: true, prepared.tree)
    }
    #expect("\(try #require(error))".contains("this kernel has no HVO"))
    #expect(try prepared.text("\(all)/nr_hugepages") == "5\n")
  }

  @Test("A setting that does not take its old value is told, with the command that puts it back")
  func notRestored() throws {
    let prepared = try prepare(total: 5)
    let pool = try LentHugePages.settings(prepared.tree, optimizing: false)[0]
    // As if pages had become surplus: what is written does not show.
    try prepared.write(Data("1\n".utf8), to: "\(all)/surplus_hugepages")
    let error = #expect(throws: KernelError.self) { try pool.restore(prepared.tree) }
    let path = prepared.path("\(all)/nr_hugepages")
    #expect(error == .notRestored(path: path, wanted: 5, found: 4))
    #expect(
      "\(try #require(error))" == "\(path) was 5 and is 4 now; put it back: echo 5 > \(path)")
    try FileManager.default.removeItem(at: prepared.url.appending(path: "\(all)/nr_hugepages"))
    #expect(throws: KernelError.notRestored(path: path, wanted: 5, found: nil)) {
      try pool.restore(prepared.tree)
    }
  }

  @Test("A pool that is not as it was is told, and HVO is put back all the same")
  func othersRestored() throws {
    // Files take a number as it is, where a kernel would add the surplus.
    let prepared = try prepare(total: 5, surplus: 1)
    let path = prepared.path("\(all)/nr_hugepages")
    #expect(throws: KernelError.notRestored(path: path, wanted: 4, found: 3)) {
      try LentHugePages.look(at: 2, optimizing: true, prepared.tree)
    }
    #expect(try number(setting, prepared) == 0)
  }

  @Test("A setting that has its old value is not written")
  func notWritten() throws {
    let prepared = try prepare(total: 5)
    let pool = try LentHugePages.settings(prepared.tree, optimizing: false)[0]
    let file = prepared.url.appending(path: "\(all)/nr_hugepages").path
    let longAgo = Date(timeIntervalSince1970: 0)
    try FileManager.default.setAttributes([.modificationDate: longAgo], ofItemAtPath: file)
    try pool.restore(prepared.tree)
    let date = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
    #expect(date == longAgo)
  }

  @Test("A signal that would end the program waits until everything is put back")
  func signals() async throws {
    // One body for each, because bodies of exit tests capture nothing before Swift 6.3.
    let results = [
      await #expect(
        processExitsWith: .signal(SIGHUP), observing: [\.standardOutputContent]
      ) { try putBack(despite: SIGHUP) },
      await #expect(
        processExitsWith: .signal(SIGINT), observing: [\.standardOutputContent]
      ) { try putBack(despite: SIGINT) },
      await #expect(
        processExitsWith: .signal(SIGQUIT), observing: [\.standardOutputContent]
      ) { try putBack(despite: SIGQUIT) },
      await #expect(
        processExitsWith: .signal(SIGTERM), observing: [\.standardOutputContent]
      ) { try putBack(despite: SIGTERM) },
      await #expect(
        processExitsWith: .signal(SIGUSR1), observing: [\.standardOutputContent]
      ) { try putBack(despite: SIGUSR1) },
      await #expect(
        processExitsWith: .signal(SIGUSR2), observing: [\.standardOutputContent]
      ) { try putBack(despite: SIGUSR2) },
      await #expect(
        processExitsWith: .signal(SIGALRM), observing: [\.standardOutputContent]
      ) { try putBack(despite: SIGALRM) },
      await #expect(
        processExitsWith: .signal(SIGXCPU), observing: [\.standardOutputContent]
      ) { try putBack(despite: SIGXCPU) },
    ]
    for result in results {
      let output = try #require(result).standardOutputContent
      #expect(String(decoding: output, as: UTF8.self).contains("put back"))
    }
  }
}

/// Says that everything is put back after a signal has come, and then lets it through.
private func putBack(despite number: Int32) throws {
  // The threads that tests run on block signals already.
  var all = sigset_t()
  unsafe sigfillset(&all)
  unsafe pthread_sigmask(SIG_UNBLOCK, &all, nil)
  let signals = BlockedSignals()
  raise(number)
  try FileHandle.standardOutput.write(contentsOf: Data("put back".utf8))
  signals.unblock()
}
