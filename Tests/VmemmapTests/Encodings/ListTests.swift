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
        #expect(encodings(rightIn: state).contains { $0.format == format })
        #expect(pageRefForms.contains { isRight($0, state, format) })
      }
    }
  }

  @Test("The key is off while no folio is optimised, and on else")
  func key() {
    #expect(!KeyOff.isEnabled && KeyOff.hvoStates == [.off])
    #expect(KeyOn.isEnabled && KeyOn.hvoStates == [.elsewhere, .on])
  }

  @Test(
    "Each arm says what it stands for, and which kernels have it",
    arguments: [
      ("pointer", ArmRole.old, "without HVO"), ("fakehead", .old, "up to 7.0 with HVO"),
      ("fakehead_off", .control, nil), ("fakehead_on", .control, nil),
      ("mask", .new, "7.1 and later"), ("mask_branchy", .control, nil),
      ("mask_node", .control, nil), ("memdesc", .whatIf, nil), ("memdesc_32", .whatIf, nil),
      ("pointer_56", .old, "with struct pages of 56 bytes"),
    ] as [(String, ArmRole, String?)])
  func encodingRoles(name: String, role: ArmRole, kernels: String?) throws {
    let encodings = compoundEncodings + zoneEncodings
    let encoding = try #require(encodings.first { $0.name == name })
    #expect(encoding.role == role && encoding.kernels == kernels)
  }

  @Test(
    "So does each form of page_ref_add_unless()",
    arguments: [
      ("pointer", ArmRole.old, "up to 6.9"), ("fakehead_b", .old, "about 6.10 to 6.14"),
      ("fakehead_b_preempt", .old, "about 6.10 to 6.14"), ("fakehead", .old, "about 6.15 to 7.0"),
      ("fakehead_preempt", .old, "about 6.15 to 7.0"), ("fakehead_off", .control, nil),
      ("fakehead_on_preempt", .control, nil), ("mask", .new, "7.1 and later"),
      ("mask_assume1", .whatIf, nil),
    ] as [(String, ArmRole, String?)])
  func formRoles(name: String, role: ArmRole, kernels: String?) throws {
    let form = try #require(pageRefForms.first { $0.name == name })
    #expect(form.role == role && form.kernels == kernels)
  }

  @Test("Code of no kernel, and only that, is a control or a what-if")
  func kernels() {
    let arms: [any KernelCode.Type] = zoneEncodings + compoundEncodings + pageRefForms
    for arm in arms {
      #expect((arm.kernels == nil) == [.control, .whatIf].contains(arm.role), "\(arm.name)")
    }
  }

  @Test("Who asks for nothing gets the rivals, and the mask of node-wide templates for their zone")
  func defaultPlan() {
    func names(_ arms: [any KernelCode.Type]) -> [String] {
      arms.filter { $0.isInDefaultPlan }.map { $0.name }
    }
    #expect(
      names(compoundEncodings) == ["pointer", "pointer_cmov", "fakehead", "mask", "memdesc"])
    #expect(names(zoneEncodings) == ["pointer", "fakehead", "mask", "memdesc", "mask_node"])
    #expect(names(pageRefForms) == ["pointer", "fakehead", "fakehead_preempt", "mask"])
    #expect(
      names(folioRefForms) == ["pointer", "fakehead", "fakehead_preempt", "mask", "memdesc"])
  }

  private func isRight<Form: PageRefForm>(
    _: Form.Type, _ state: HVOState, _ format: any TailFormat.Type
  ) -> Bool {
    Form.hvoStates.contains(state) && Form.Encoding.Format.self == format
  }
}
