import Testing
import Vmemmap

@Suite("The lists of encodings and forms")
struct ListTests {
  @Test("Names are part of C symbols, and tell encodings apart, and forms")
  func names() {
    for names in [compoundEncodings.map { $0.name }, pageRefForms.map { $0.name }] {
      #expect(Set(names).count == names.count)
      for name in names { #expect(name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil) }
    }
  }

  @Test("In every state of HVO some encoding and some form of each format is right")
  func states() {
    for format in tailFormats {
      for state in HVOState.allCases {
        #expect(encodings(rightIn: state).contains { $0.tailFormat == format })
        #expect(pageRefForms.contains { isRight($0, state, format) })
      }
    }
  }

  @Test("The key is off while no folio is optimised, and on else")
  func key() {
    #expect(!KeyOff.isEnabled && KeyOff.hvoStates == [.off])
    #expect(KeyOn.isEnabled && KeyOn.hvoStates == [.elsewhere, .on])
  }

  private func isRight<Form: PageRefForm>(
    _: Form.Type, _ state: HVOState, _ format: any TailFormat.Type
  ) -> Bool {
    Form.hvoStates.contains(state) && Form.Encoding.Format.self == format
  }
}
