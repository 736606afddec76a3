import Foundation
import Measurement
import SystemPackage
import TestSupport
import Testing

@testable import Results

@Suite("Pages")
struct PageTests {
  private func page(_ run: Run, path: String = "results/latest") throws -> String {
    try Report(run, path: path).render(.html)
  }

  @Test("The CSV in the page is the run's")
  func csv() throws {
    let run = try Golden.thin()
    let match = try #require(
      page(run).firstMatch(of: /href="data:text\/csv;charset=utf-8;base64,([A-Za-z0-9+\/=]+)"/))
    let data = try #require(Data(base64Encoded: String(match.output.1)))
    #expect(String(decoding: data, as: UTF8.self) == run.summary.csv())
  }

  @Test("Every comparison has a row that its ratio leads to")
  func links() throws {
    let text = try page(Golden.published())
    let ids = text.matches(of: #/ id="([^"]+)"/#).map { String($0.output.1) }
    #expect(Set(ids).count == ids.count)
    let rows = SummaryTable(try Golden.published().summary).compared
    #expect(Set(rows.map(\.anchor)).isSubset(of: ids))
    let links = text.matches(of: ##/ href="#([^"]+)"/##).map { String($0.output.1) }
    #expect(links.count > 100 && Set(links).isSubset(of: ids))
  }

  @Test("Whatever a run holds is text")
  func text() throws {
    let evil = "<script>alert(1)</script>\"'&\u{0}"
    var meta = Meta.sample
    (meta.label, meta.commit, meta.runID, meta.status) = (evil, evil, evil, .failed)
    (meta.statusReason, meta.commandLine, meta.falseDiscoveryControl) = (evil, [evil, evil], evil)
    meta.compiler = Meta.Compiler(version: evil, flags: [])
    (meta.machine.cpuModel, meta.machine.kernelRelease, meta.machine.hypervisor) = (
      evil, evil, evil
    )
    meta.unmeasured = [Meta.Unmeasured(what: evil, why: evil)]
    meta.findings = [.init(what: evil, why: evil, command: evil)]
    let rows = [0.5, 1.5, 1.2].enumerated().map { index, ratio in
      var row = SummaryRow.sample(cell: index, ratio: ratio - 0.1...ratio + 0.1)
      (row.operation, row.mode, row.arm, row.baseline) = (evil, evil, evil, evil + "old")
      (row.pageClass, row.pattern, row.kernels, row.role) = ("\(evil)\(index)", evil, evil, .new)
      (row.mix, row.predictability, row.population) = (0, evil, index == 2 ? evil : nil)
      (row.cpuNode, row.memoryNode) = (0, 0)
      return row
    }
    for rows in [rows, Array(rows.prefix(2))] {
      let run = Run(path: "run", meta: meta, summary: rows)
      for caveats in [[], [evil]] {
        let text = try Report(run, arms: .all, caveats: caveats, path: evil).render(.html)
        let new = try Report(run, caveats: caveats, path: evil).render(.html)
        for text in [text, new] {
          #expect(!text.contains("<script>alert") && !text.contains("\u{0}"))
          #expect(text.matches(of: /<script/).count == 1)
          #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\u{fffd}"))
        }
      }
    }
  }

  // MARK: Figures

  private static let good = """
    <?xml version="1.0" encoding="utf-8" standalone="no"?>
    <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
    <!-- a > b -->
    <svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg">
     <metadata><rdf:RDF xmlns:rdf="x"><a href="http://example.org"/></rdf:RDF></metadata>
     <defs><style type="text/css">*{stroke-linejoin: round}</style><path id="m1" d="M 0 0"/></defs>
     <g clip-path="url(#p2)" style='fill: url(#h3); font: 1px "x"'><use xlink:href="#m1" x="a>b"/>
     <text>1 &lt; 2</text></g>
    </svg>
    """

  private func inline(_ text: String, name: String = "nodes") throws -> String {
    try InlineSVG(Array(text.utf8), name: name, label: "a \"label\"").markup.source
  }

  @Test("Of a figure remains what draws, under names of its own")
  func inlined() throws {
    #expect(
      try inline(Self.good)
        == """
        <svg role="img" aria-label="a &quot;label&quot;" viewBox="0 0 9 9">
        \u{20}
         <defs><style type="text/css">#figure-nodes {*{stroke-linejoin: round}}</style>\
        <path id="nodes-m1" d="M 0 0"/></defs>
         <g clip-path="url(#nodes-p2)" style="fill: url(#nodes-h3); font: 1px &quot;x&quot;">\
        <use href="#nodes-m1" x="a>b"/>
         <text>1 &lt; 2</text></g>
        </svg>
        """.replacing("<use href", with: "<use xlink:href"))
  }

  private static let bad: [String: String] = [
    "text": "hello", "nothing": "", "a page": "<!DOCTYPE html><html></html>",
    "text behind": good + "x", "two": good + "<svg></svg>", "no end": String(good.dropLast(7)),
    "a script": good.replacing("<text>", with: "<script>x</script><text>"),
    "a capital script": good.replacing("<text>", with: "<SCRIPT>x</SCRIPT><text>"),
    "an image": good.replacing("<text>", with: "<image href=\"#m1\"/><text>"),
    "HTML": good.replacing("<text>", with: "<foreignObject></foreignObject><text>"),
    "an event": good.replacing("<text>", with: "<text onload=\"x\">"),
    "a capital event": good.replacing("<text>", with: "<text\nONLOAD='x'>"),
    "a reference": good.replacing("\"#m1\"", with: "\"http://example.org/#m1\""),
    "a style": good.replacing("url(#h3)", with: "url(http://example.org)"),
    "a capital style": good.replacing("url(#h3)", with: "URL( http://example.org)"),
    "an import": good.replacing("*{", with: "@import \"x\"; *{"),
    "a mismatch": good.replacing("</text></g>", with: "</g></text>"),
    "no value": good.replacing("<text>", with: "<text hidden>"),
    "no quotes": good.replacing("<text>", with: "<text x=1>"),
    "an odd name": good.replacing("<text>", with: "<text a<b=\"\">"),
    "CDATA": good.replacing("1 &lt; 2", with: "<![CDATA[<script>]]>"),
  ]

  @Test("What is no figure, or could do more than draw, is refused", arguments: bad.keys.sorted())
  func refused(name: String) throws {
    #expect(throws: InlineSVG.Refusal.self) { try inline(Self.bad[name] ?? Self.good) }
  }

  @Test("What is not UTF-8 is refused")
  func notText() {
    #expect(throws: InlineSVG.Refusal.self) {
      try InlineSVG([0xff] + Array(Self.good.utf8), name: "x", label: "")
    }
  }

  @Test("Figures that were drawn are in the page, others are not; a bad one is told")
  func figures() throws {
    try withTemporaryDirectory { root in
      let run = Run(path: root, meta: .sample, summary: try Golden.thin().summary)
      let without = try page(run)
      #expect(!without.contains("<svg") && !without.contains("<h2>Figures</h2>"))
      #expect(without.contains("<code>scripts/plot results/latest</code>"))

      for name in ["overview", "orders"] {
        try root.appending("figures/\(name).svg").write(Self.good)
      }
      try root.appending("figures/nodes.svg").write(try #require(Self.bad["a script"]))
      try root.appending("figures/other.svg").write(Self.good)
      let text = try page(run)
      #expect(!text.contains("scripts/plot"))
      #expect(text.matches(of: /<svg/).count == 2)
      let places = ["id=\"figure-overview\"", "<h2>Figures</h2>", "id=\"figure-orders\""]
        .compactMap { text.firstRange(of: $0)?.lowerBound }
      #expect(places.count == 3 && places == places.sorted())
      #expect(text.contains("The figure nodes.svg is left out: it has an element &lt;script&gt;."))
      let ids = text.matches(of: #/ id="([^"]+)"/#).map(\.output.1)
      #expect(Set(ids).count == ids.count)
    }
  }

  @Test("Published figures can be shown", arguments: ["", "-callers", "-refcount", "-scale"])
  func published(suffix: String) throws {
    let run = try Golden.published(suffix)
    let drawn = try run.path.appending("figures").names.count { $0.hasSuffix(".svg") }
    let text = try page(run)
    #expect(drawn > 0 && text.matches(of: /<svg/).count == drawn)
    #expect(text.contains("<h2>Overview</h2>") == (suffix == ""))
  }

  @Test("A run without cells, or that fits no matrix, is a page, too")
  func other() throws {
    #expect(try page(.sample([])).contains("No cell compares an arm of new kernels with another."))
    let scale = try page(Golden.published("-scale"))
    #expect(scale.contains("The plan fits no matrix") && !scale.contains("class=\"matrix\""))
    #expect(scale.matches(of: /<tr id=/).count == 31)
  }
}
