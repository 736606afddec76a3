// swift-tools-version: 6.2

import Foundation
import PackageDescription

// liburcu is optional: real grace periods and its read side as a third arm. The manifest looks once
// and tells the compiler; a build without it reports what it could not measure.
let hasURCU: Bool = ["", "/x86_64-linux-gnu", "/aarch64-linux-gnu"].contains {
  FileManager.default.fileExists(atPath: "/usr/include\($0)/urcu/urcu-memb.h")
}

// The same timed loops in C, as arms beside the Swift ones: for tests of the loops only.
let comparesWithC: Bool = Context.environment["COMPARE_WITH_C"] != nil

// What scripts/numa-guest runs beside the tests, in a virtual machine only.
let isForGuest: Bool = Context.environment["FOR_GUEST"] != nil

// What Tests/fuzz/run links with libFuzzer: the readers tell it where inputs lead.
let isFuzzed: Bool = Context.environment["FUZZ"] != nil

// Targets are added one by one, with types spelled out: one expression of all of them is more than
// some compilers can infer types for.
var settings: [SwiftSetting] = [.strictMemorySafety()]
if Context.environment["CI"] != nil { settings.append(.treatAllWarnings(as: .error)) }
if hasURCU { settings.append(.define("HAVE_URCU")) }
if comparesWithC { settings.append(.define("COMPARE_WITH_C")) }
var settingsOfReaders: [SwiftSetting] = settings
var settingsOfLoops: [SwiftSetting] = settings
var linkingWithoutFuzzer: [String] = []
if isFuzzed {
  settingsOfReaders.append(.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"]))
  // They take minutes to optimise, and nothing is timed.
  settingsOfLoops.append(.unsafeFlags(["-Onone"]))
  // SwiftPM links the program, too, which nobody runs then.
  linkingWithoutFuzzer = ["-Xlinker", "--unresolved-symbols=ignore-all"]
}

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let argumentParser: Target.Dependency =
  .product(name: "ArgumentParser", package: "swift-argument-parser")
let urcu: [Target.Dependency] = hasURCU ? ["CURCU"] : []

var targets: [Target] = []

targets.append(
  .target(name: "SystemErrors", dependencies: [system], swiftSettings: settings))

// MARK: - The model

targets.append(.target(name: "CVmemmap"))
targets.append(
  .systemLibrary(name: "CNuma", pkgConfig: "numa", providers: [.apt(["libnuma-dev"])]))
if hasURCU {
  targets.append(
    .target(
      name: "CURCU",
      linkerSettings: [.linkedLibrary("urcu-memb"), .linkedLibrary("urcu-common")]))
}
targets.append(
  .target(
    name: "Vmemmap",
    dependencies: ["CVmemmap", "CNuma", "SystemErrors", system] + urcu,
    swiftSettings: settings))

// MARK: - What measures, judges and tells

targets.append(.target(name: "Text", swiftSettings: settingsOfReaders))
targets.append(.target(name: "CProcesses"))
targets.append(
  .target(
    name: "Processes",
    dependencies: ["CProcesses", "SystemErrors", system],
    swiftSettings: settings))
targets.append(
  .target(
    name: "Host",
    dependencies: ["SystemErrors", "Text", system],
    swiftSettings: settingsOfReaders))
targets.append(
  .target(
    name: "Kernel",
    dependencies: ["Host", "Processes", "SystemErrors", system],
    swiftSettings: settingsOfReaders))
targets.append(
  .target(
    name: "MachineCode",
    dependencies: ["Processes", system],
    swiftSettings: settingsOfReaders))
targets.append(
  .target(
    name: "KernelBinary",
    dependencies: ["Host", "MachineCode", "Processes", "SystemErrors", system],
    swiftSettings: settingsOfReaders))
targets.append(.target(name: "CFiles"))
targets.append(.target(name: "CMeasurement"))
targets.append(
  .target(
    name: "Measurement",
    dependencies: ["CMeasurement", "Text", system],
    swiftSettings: settingsOfReaders))
targets.append(
  .target(
    name: "Results",
    dependencies: [
      "CFiles", "Host", "Measurement", "SystemErrors", "Text", "Vmemmap", system,
    ],
    swiftSettings: settingsOfReaders))

// MARK: - The timed loops

// They are one C symbol for each arm, mode and code layout. They are written once, as generics, and
// stamped out from the lists of encodings and forms by this tool at build time.
targets.append(
  .executableTarget(
    name: "generate-loops",
    dependencies: ["Vmemmap"],
    path: "Benchmarks/generate-loops",
    swiftSettings: settings))
targets.append(
  .plugin(
    name: "GenerateLoops",
    capability: .buildTool(),
    dependencies: ["generate-loops"]))
// A module of their own, because they take much longer to compile than all else.
let loopsInC: [Target.Dependency] = comparesWithC ? ["TimedLoopsInC"] : []
targets.append(
  .target(
    name: "TimedLoops",
    dependencies: ["Vmemmap", "CVmemmap"] + loopsInC,
    path: "Benchmarks/TimedLoops",
    swiftSettings: settingsOfLoops,
    plugins: ["GenerateLoops"]))
if comparesWithC {
  targets.append(
    .target(
      // Linked in the order of names, and so beside the Swift loops: on Zen 4 an operation with two
      // calls takes 8 % more time where they lead over 1.1 MiB than over 0.5 MiB.
      name: "TimedLoopsInC",
      dependencies: ["CVmemmap"] + urcu,
      path: "Tests/CLoops",
      // This clang moves arms that it takes for cold out of functions; Swift's compiler does not.
      cSettings: [.unsafeFlags(["-O2", "-Xclang", "-fno-split-cold-code"])]))
}

// MARK: - The program

targets.append(.target(name: "CTorture", path: "Benchmarks/CTorture"))
targets.append(
  .executableTarget(
    name: "bench",
    dependencies: [
      "CTorture", "Vmemmap", "CVmemmap", "TimedLoops", "Measurement", "Results", "MachineCode",
      "Host", "Kernel", "KernelBinary", "Processes", "Text", argumentParser, system,
    ],
    path: "Benchmarks/bench",
    swiftSettings: settingsOfReaders,
    // A run names the program that measured by it, so that another one is not taken for the same.
    linkerSettings: [.unsafeFlags(["-Xlinker", "--build-id=sha1"] + linkingWithoutFuzzer)]))

// MARK: - Tests

targets.append(
  .testTarget(
    name: "VmemmapTests",
    dependencies: ["Vmemmap", "CVmemmap", "CNuma"],
    swiftSettings: settings))
targets.append(
  .testTarget(
    name: "MeasurementTests",
    dependencies: ["Measurement", "CMeasurement", system],
    exclude: ["Reference"],
    swiftSettings: settings))
targets.append(
  .target(
    name: "TestSupport",
    dependencies: ["Host", system],
    path: "Tests/TestSupport",
    swiftSettings: settings))
targets.append(
  .testTarget(
    name: "HostTests", dependencies: ["Host", "TestSupport", system], swiftSettings: settings))
targets.append(
  .testTarget(
    name: "ResultsTests",
    dependencies: ["Results", "Host", "Measurement", "Text", "Vmemmap", "TestSupport", system],
    exclude: ["Reference"],
    swiftSettings: settings))
targets.append(
  .testTarget(name: "ProcessesTests", dependencies: ["Processes", system], swiftSettings: settings))
targets.append(
  .target(
    name: "MachineCodeFixtures",
    path: "Tests/MachineCodeFixtures",
    cSettings: [.unsafeFlags(["-O2"])]))
targets.append(
  .testTarget(
    name: "MachineCodeTests",
    dependencies: ["MachineCode", "MachineCodeFixtures", "Processes", system],
    swiftSettings: settings))
targets.append(
  .testTarget(
    name: "KernelTests",
    dependencies: ["Kernel", "Host", "TestSupport", system],
    exclude: ["Reference"],
    swiftSettings: settings))
targets.append(
  .testTarget(
    name: "KernelBinaryTests",
    dependencies: ["KernelBinary", "MachineCode", "Host", "Processes", "TestSupport", system],
    swiftSettings: settings))
targets.append(
  .testTarget(
    name: "BenchTests",
    dependencies: ["Results", "Vmemmap", "MachineCode", system],
    swiftSettings: settings))

// MARK: - What runs in a virtual machine

if isForGuest {
  targets.append(
    .executableTarget(
      name: "compare-with-kernel",
      dependencies: ["Vmemmap", "Host", "Kernel", "CNuma", system],
      path: "Tests/guest/compare-with-kernel",
      swiftSettings: settings))
  targets.append(
    .executableTarget(name: "forbid-nodes", path: "Tests/guest/forbid-nodes"))
}

// MARK: - What damaged files and strange arguments meet

if isFuzzed {
  targets.append(
    .target(
      name: "fuzz",
      dependencies: [
        "bench", "Host", "Kernel", "KernelBinary", "MachineCode", "Results", argumentParser, system,
      ],
      path: "Tests/fuzz",
      exclude: ["corpus", "run"],
      swiftSettings: settingsOfReaders))
}

let package = Package(
  name: "compound-head-bench",
  products: [
    .library(name: "Vmemmap", targets: ["Vmemmap"]),
    .executable(name: "bench", targets: ["bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
  ],
  targets: targets
)
