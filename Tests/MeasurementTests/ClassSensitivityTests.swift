import Measurement
import Testing

@Suite("ClassSensitivity")
struct ClassSensitivityTests {
  @Test("Each class has the median and the worst of its own effects, in the order of the cells")
  func byClass() {
    let classes = ClassSensitivity.byClass([
      ("latency", 0.08), ("throughput", 0.003), ("latency", 0.01), ("throughput", 0.047),
      ("throughput", 0.004), ("latency", 0.09), ("latency", 0.02),
    ])
    #expect(classes.map(\.label) == ["latency", "throughput"])
    #expect(classes.map(\.estimates) == [4, 3])
    #expect(isClose(classes[0].median, 0.05) && classes[0].worst == 0.09)
    #expect(classes[1].median == 0.004 && classes[1].worst == 0.047)
    #expect(ClassSensitivity<String>.byClass([]).isEmpty)
  }
}
