import Foundation
import PackagePlugin

/// Stamps out the timed loops of `bench` from the lists of encodings and forms in `Vmemmap`.
@main
struct GenerateLoops: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
    let loops = context.pluginWorkDirectoryURL.appending(path: "TimedLoops.swift")
    return [
      .buildCommand(
        displayName: "Generating timed loops",
        executable: try context.tool(named: "generate-loops").url,
        arguments: [loops.path(percentEncoded: false)],
        outputFiles: [loops])
    ]
  }
}
