import Foundation

private let nobody = 65534

/// Runs a copy of the program as a user without privileges; the original may lie where only its
/// owner can go.
func runAsNobody(
  _ arguments: [String], in directory: TemporaryDirectory
) throws -> Bench.Ending {
  let place = try TemporaryDirectory()
  let copy = place.file("bench").path
  try FileManager.default.copyItem(atPath: Bench.path, toPath: copy)
  return try StartedProgram(
    "/usr/bin/setpriv",
    ["--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups", copy] + arguments,
    in: directory.url
  ).ending()
}

extension TemporaryDirectory {
  func giveToNobody() throws {
    try FileManager.default.setAttributes(
      [.ownerAccountID: nobody, .groupOwnerAccountID: nobody], ofItemAtPath: url.path)
  }
}
