import Foundation

/// An `objdump` of LLVM or GNU binutils.
struct Objdump: Equatable {
  let path: String

  /// The first of ``candidates(searchPath:)``.
  static func find(
    searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
  ) throws(MachineCodeError) -> Objdump {
    guard let objdump = candidates(searchPath: searchPath).first else {
      throw .objdumpNotFound(searchPath: searchPath)
    }
    return objdump
  }

  /// Every objdump there is. The one beside `swift` is first: it knows what its compiler emits.
  static func candidates(searchPath: String) -> [Objdump] {
    let folders = searchPath.split(separator: ":").map { URL(fileURLWithPath: String($0)) }
    let files = FileManager.default
    func executables(_ name: String) -> [URL] {
      folders.map { $0.appendingPathComponent(name) }
        .filter { files.isExecutableFile(atPath: $0.path) }
    }
    let besideSwift = executables("swift").prefix(1).map {
      $0.resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("llvm-objdump")
    }
    return
      (besideSwift.filter { files.isExecutableFile(atPath: $0.path) }
      + executables("llvm-objdump") + executables("objdump"))
      .map { Objdump(path: $0.path) }
  }

  /// What the tool prints on standard output; its complaints go to our standard error.
  func run(_ arguments: [String]) throws(MachineCodeError) -> String {
    let command = ([path] + arguments).joined(separator: " ")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    // GNU objdump translates its headings.
    process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    let data: Data
    do {
      try process.run()
      data = try output.fileHandleForReading.readToEnd() ?? Data()
    } catch {
      throw .objdumpFailed(command: command, reason: error.localizedDescription)
    }
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw .objdumpFailed(command: command, reason: "status \(process.terminationStatus)")
    }
    return String(decoding: data, as: UTF8.self)
  }
}
