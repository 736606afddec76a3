import Testing

@testable import Processes

@Suite("What a screen shows")
struct ColorUseTests {
  @Test(
    "Colours are for terminals that show them, unless NO_COLOR has a value",
    arguments: [
      (true, "xterm", nil, true), (false, "xterm", nil, false), (true, "dumb", nil, false),
      (true, "", nil, false), (true, nil, nil, false), (true, "xterm", "", true),
      (true, "xterm", "1", false), (true, "xterm", "0", false),
    ] as [(Bool, String?, String?, Bool)])
  func auto(onTerminal: Bool, kind: String?, noColor: String?, isWanted: Bool) {
    func wanted(_ use: ColorUse) -> Bool {
      use.isWanted(onTerminal: onTerminal, kind: kind, noColor: noColor)
    }
    #expect(wanted(.auto) == isWanted)
    #expect(wanted(.always) && !wanted(.never))
  }

  @Test(
    "COLUMNS counts more than the terminal, where it is a number of columns",
    arguments: [
      ("60", 120, 60), (nil, 120, 120), ("", 120, 120), ("0", 120, 120), ("-5", 120, 120),
      ("wide", 120, 120), ("60", 0, 60), (nil, 0, nil),
    ] as [(String?, Int, Int?)])
  func columns(wanted: String?, terminal: Int, columns: Int?) {
    #expect(StandardOutput.columns(wanted: wanted, terminal: terminal) == columns)
  }
}
