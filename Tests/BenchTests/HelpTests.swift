import Foundation
import Testing

extension BenchTests {
  @Suite("What the program says of itself", .needsProgram)
  struct HelpTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func output(_ arguments: String...) throws -> String {
      let ending = try Bench.run(arguments, in: directory.url)
      try #require(ending.status == 0 && ending.errors == "", "\(ending.errors)")
      return ending.output
    }

    @Test(
      "'bench help run' says of each value what it is",
      arguments: [
        "preset", "operation", "mode", "page-class", "predictability", "pattern", "footprint",
        "hvo",
        "mapping", "template-node", "threads", "encoding", "format", "color",
      ])
    func values(option: String) throws {
      let lines = try output("help", "run").split(separator: "\n")
      let start = try #require(lines.firstIndex { $0.hasPrefix("  --\(option) ") })
      let part = lines[(start + 1)...].prefix { !$0.hasPrefix("  --") }
      // A value stands further left than what goes on.
      let values = part.filter { $0.hasPrefix("        ") && !$0.hasPrefix("         ") }
      #expect(values.count > 1, "\(part)")
      for value in values {
        let words = value.split(separator: " ")
        let index = try #require(part.firstIndex(of: value))
        let hasText =
          words.count > 3 && words[1] == "-"
          || words.count == 1
            && part.dropFirst(index - part.startIndex + 1).first?.hasPrefix("                  ")
              == true
        #expect(hasText, "\(value)")
      }
    }

    @Test("The version has commit, schema and compilers")
    func version() throws {
      for arguments in [["--version"], ["run", "--version"]] {
        let ending = try Bench.run(arguments, in: directory.url)
        #expect(ending.status == 0)
        let form =
          #/
          compound-head-bench\ ([0-9a-f]{12}|of\ an\ unknown\ commit)(\ with\ changes)?
          \ \(schema\ 2,\ Swift\ [0-9]+\.[0-9]+,\ clang\ [0-9.]+\)\n
        /#
        #expect(ending.output.wholeMatch(of: form) != nil, "\(ending.output)")
      }
    }

    /// What a shell offers for the last of some words.
    private func completions(_ words: [String]) throws -> [String] {
      let script = """
        set -e
        source <("$0" --generate-completion-script bash)
        bench() { :; }
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        COMP_LINE="$*"
        COMP_POINT=${#COMP_LINE}
        function=$(complete -p bench | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        "$function" bench "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" || true
        printf '%s\\n' "${COMPREPLY[@]}"
        """
      let path = Bench.path
      let ending = try StartedProgram(
        "/bin/bash", ["-c", script, path] + words, in: directory.url
      ).ending()
      try #require(ending.status == 0, "\(ending.errors)")
      return ending.output.split(separator: "\n").map(String.init)
    }

    @Test("A shell completes commands, options, values, lists of values and directories")
    func completion() throws {
      #expect(try completions(["bench", "rep"]) == ["report", "replay"])
      #expect(try completions(["bench", "run", "--pre"]).contains("--preset"))
      #expect(try completions(["bench", "run", "--preset", "sm"]) == ["smoke"])
      #expect(try completions([Bench.path, "run", "--mode", "la"]) == ["latency"])
      #expect(
        try completions([Bench.path, "list", "--mode", "spaced,consumer_r"]) == [
          "spaced,consumer_ref"
        ])
      #expect(try completions(["bench", "run", "--baseline", "mask_br"]) == ["mask_branchy"])
      try FileManager.default.createDirectory(
        at: directory.file("results/one"), withIntermediateDirectories: true)
      try Data().write(to: directory.file("results/file"))
      for command in ["report", "compare", "replay"] {
        #expect(try completions(["bench", command, "results/"]) == ["results/one"], "\(command)")
      }
      #expect(try completions(["bench", "kernel", "--code", "results/f"]) == ["results/file"])
    }
  }
}
