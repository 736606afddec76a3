import ArgumentParser

/// Where a run goes to, and what it says meanwhile.
struct SessionOptions: ParsableArguments {
  @Option(help: "The directory that run directories are made in.", completion: .directory)
  var output = "results"

  @Flag(
    help: """
      Nothing on standard error but errors: no progress, and no word on a run that was stopped. The \
      answer is printed all the same.
      """)
  var quiet = false

  func validate() throws {
    guard !output.isEmpty else {
      throw ValidationError("--output '' is no directory; it is results without the option")
    }
  }
}
