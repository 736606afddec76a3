import Testing

/// What the built program does, seen from outside.
///
/// One test at a time: two programs that measure on the same CPUs would make each other's numbers.
///
/// The limit is beyond what ``StartedProgram`` waits: where threads wait for each other and others run, too, a
/// run takes minutes.
@Suite("The built program", .serialized, .timeLimit(.minutes(5)))
enum BenchTests {}

/// Apart from the others, which are skipped where there is no program: one message says why.
@Test("The release build of the program is there")
func isBuilt() {
  #expect(
    Bench.isBuilt,
    "no program at \(Bench.path): '\(Bench.buildCommand)' builds it, or name one in BENCH_BINARY")
}
