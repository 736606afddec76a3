import FoundationEssentials
import Text

extension Report {
  /// The machine, and the commands that measure the same again.
  var origin: [Markup] {
    let meta = run.meta
    let machine = meta.machine
    let caches = machine.caches.map {
      "L\($0.level) \($0.type.lowercased()) \(ByteCount($0.bytes))"
    }
    let again =
      [".build/release/bench"] + meta.commandLine.dropFirst()
      + (meta.commandLine.contains("--seed") ? [] : ["--seed", "\(meta.seed)"])
    let facts: [(String, String?)] = [
      ("label", meta.label), ("CPU", machine.cpuName),
      ("CPUs", machine.logicalCPUs.map { "\($0)" }), ("nodes", "\(machine.nodes.count)"),
      ("caches", caches.isEmpty ? nil : caches.joined(separator: ", ")),
      ("hypervisor", machine.hypervisor), ("kernel", machine.kernelRelease),
      ("huge pages", machine.transparentHugepage), ("compiler", meta.compiler.version),
      ("run", meta.runID), ("started", meta.started.description),
      ("finished", meta.finished?.description), ("seed", "\(meta.seed)"),
    ]
    let terms: [Markup] = facts.compactMap { name, value in
      value.map { "<dt>\(name)</dt><dd>\($0)</dd>" }
    }
    let commit = meta.commit.map { commit in
      "git checkout \(commit)\(meta.dirty == true ? "   # and changes that are not in it" : "")\n"
    }
    return [
      "<dl>\(terms)</dl>", "<h3>Again</h3>",
      """
      <pre><code>\(commit ?? "")swift build -c release --product bench
      \(again.map(\.asShellWord).joined(separator: " "))</code></pre>
      """,
    ]
  }

  /// The CSV, as a link that needs no file.
  var data: [Markup] {
    guard !run.summary.isEmpty else { return [] }
    let csv = Data(run.summary.csv().utf8)
    return [
      """
      <p id="data"><a download="summary.csv" href="data:text/csv;charset=utf-8;base64,\
      \(csv.base64EncodedString())">summary.csv</a>: every row of every arm, \(ByteCount(csv.count).description). \
      The raw samples are beside it in the run's directory.</p>
      """
    ]
  }
}

extension String {
  /// As a shell takes it for one word.
  fileprivate var asShellWord: String {
    let isPlain =
      !isEmpty
      && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./,:=+%".contains($0)) }
    return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
  }
}
