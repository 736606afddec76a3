// swift-tools-version: 6.2

import Foundation
import PackageDescription

// liburcu is optional: real grace periods and its read side as a third arm. The manifest looks once
// and tells the compiler; a build without it reports what it could not measure.
let hasURCU = ["", "/x86_64-linux-gnu", "/aarch64-linux-gnu"].contains {
  FileManager.default.fileExists(atPath: "/usr/include\($0)/urcu/urcu-memb.h")
}

// The same timed loops in C, as arms beside the Swift ones: for tests of the loops only.
let comparesWithC = Context.environment["COMPARE_WITH_C"] != nil

// What scripts/numa-guest runs beside the tests, in a virtual machine only.
let isForGuest = Context.environment["NUMA_GUEST"] != nil

let common: [SwiftSetting] =
  [.strictMemorySafety()]
  + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])
  + (hasURCU ? [.define("HAVE_URCU")] : [])
  + (comparesWithC ? [.define("COMPARE_WITH_C")] : [])

let urcu: [Target.Dependency] = hasURCU ? ["CURCU"] : []

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
  targets: [
    .target(name: "CVmemmap"),
    .systemLibrary(name: "CNuma", pkgConfig: "numa", providers: [.apt(["libnuma-dev"])]),
    .target(
      name: "Vmemmap",
      dependencies: [
        "CVmemmap", "CNuma", .product(name: "SystemPackage", package: "swift-system"),
      ] + urcu,
      swiftSettings: common
    ),

    .target(name: "CMeasurement"),
    .target(
      name: "Measurement",
      dependencies: [
        "CMeasurement", "Text", .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: common
    ),
    .target(name: "Text", swiftSettings: common),
    .target(
      name: "Host",
      dependencies: ["Text", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: common
    ),
    .target(
      name: "Kernel",
      dependencies: ["Host", "Processes", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: common
    ),
    .target(
      name: "Results",
      dependencies: [
        "Host", "Measurement", "Text", "Vmemmap",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: common
    ),
    .target(name: "CProcesses"),
    .target(
      name: "Processes",
      dependencies: [
        "CProcesses", .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: common
    ),
    .target(
      name: "MachineCode",
      dependencies: [
        "Processes", .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: common
    ),

    // The timed loops are one C symbol for each arm, mode and code layout. They are written once, as
    // generics, and stamped out from the lists of encodings and forms by this tool at build time.
    .executableTarget(
      name: "generate-loops",
      dependencies: ["Vmemmap"],
      path: "Benchmarks/generate-loops",
      swiftSettings: common
    ),
    .plugin(
      name: "GenerateLoops",
      capability: .buildTool(),
      dependencies: ["generate-loops"]
    ),
    // A module of their own, because they take much longer to compile than all else.
    .target(
      name: "TimedLoops",
      dependencies: ["Vmemmap", "CVmemmap"] + (comparesWithC ? ["TimedLoopsInC"] : []),
      path: "Benchmarks/TimedLoops",
      swiftSettings: common,
      plugins: ["GenerateLoops"]
    ),
    .target(name: "CTorture", path: "Benchmarks/CTorture"),
    .executableTarget(
      name: "bench",
      dependencies: [
        "CTorture", "Vmemmap", "CVmemmap", "TimedLoops", "Measurement", "Results", "MachineCode",
        "Host", "Kernel", "Processes", "Text",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Benchmarks/bench",
      swiftSettings: common
    ),
    .testTarget(
      name: "MeasurementTests",
      dependencies: [
        "Measurement", "CMeasurement", .product(name: "SystemPackage", package: "swift-system"),
      ],
      exclude: ["Reference"],
      swiftSettings: common
    ),
    .target(
      name: "TestSupport",
      dependencies: ["Host", .product(name: "SystemPackage", package: "swift-system")],
      path: "Tests/TestSupport",
      swiftSettings: common
    ),
    .testTarget(
      name: "HostTests",
      dependencies: [
        "Host", "TestSupport", .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: common
    ),
    .testTarget(
      name: "ResultsTests",
      dependencies: [
        "Results", "Host", "Measurement", "Text", "Vmemmap", "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: common
    ),
    .target(
      name: "MachineCodeFixtures",
      path: "Tests/MachineCodeFixtures",
      cSettings: [.unsafeFlags(["-O2"])]
    ),
    .testTarget(
      name: "MachineCodeTests",
      dependencies: ["MachineCode", "MachineCodeFixtures", "Processes"],
      swiftSettings: common
    ),
    .testTarget(
      name: "KernelTests",
      dependencies: ["Kernel", "Host", .product(name: "SystemPackage", package: "swift-system")],
      exclude: ["Reference"],
      swiftSettings: common
    ),
    .testTarget(
      name: "ProcessesTests",
      dependencies: [
        "Processes", .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: common
    ),
    .testTarget(
      name: "BenchTests",
      dependencies: [
        "Results", "Vmemmap", "MachineCode",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: common
    ),
    .testTarget(
      name: "VmemmapTests", dependencies: ["Vmemmap", "CVmemmap", "CNuma"],
      swiftSettings: common),
  ]
    + (hasURCU
      ? [
        .target(
          name: "CURCU",
          linkerSettings: [.linkedLibrary("urcu-memb"), .linkedLibrary("urcu-common")])
      ] : [])
    + (isForGuest
      ? [
        .executableTarget(
          name: "compare-with-kernel",
          dependencies: [
            "Vmemmap", "CNuma", .product(name: "SystemPackage", package: "swift-system"),
          ],
          path: "Tests/guest/compare-with-kernel",
          swiftSettings: common),
        .executableTarget(name: "forbid-nodes", path: "Tests/guest/forbid-nodes"),
      ] : [])
    + (comparesWithC
      ? [
        .target(
          // Linked in the order of names, and so beside the Swift loops: on Zen 4 an operation with two
          // calls takes 8 % more time where they lead over 1.1 MiB than over 0.5 MiB.
          name: "TimedLoopsInC",
          dependencies: ["CVmemmap"] + urcu,
          path: "Tests/CLoops",
          // This clang moves arms that it takes for cold out of functions; Swift's compiler does not.
          cSettings: [.unsafeFlags(["-O2", "-Xclang", "-fno-split-cold-code"])])
      ] : [])
)
