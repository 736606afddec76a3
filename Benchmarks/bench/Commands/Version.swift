import Results

/// What `bench --version` says: "compound-head-bench 7e2a154c0a31 (schema 2, Swift 6.3, clang 21.0.0)".
enum Version {
  static func text() -> String {
    let (commit, isDirty) = Repository.state()
    let compiler = Meta.Compiler.thisBuild
    let parts = [
      "schema \(Schema.version)", compiler.swift.map { "Swift \($0)" }, compiler.clang,
      compiler.isDebug ? "debug build" : nil,
    ]
    return "compound-head-bench \(commit ?? "of an unknown commit")"
      + (isDirty == true ? " with changes" : "")
      + " (\(parts.compactMap(\.self).joined(separator: ", ")))"
  }
}

extension Meta.Compiler {
  /// Name and number only: "clang 21.0.0".
  fileprivate var clang: String {
    version.split(separator: " ").prefix(2).joined(separator: " ").lowercased()
  }
}
