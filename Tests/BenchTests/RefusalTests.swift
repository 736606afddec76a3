import Foundation
import Testing

extension BenchTests {
  @Suite("What the command line refuses", .needsProgram)
  struct RefusalTests {
    /// Arguments, and what the message must say: the value, and what there is or could be done.
    struct Case: CustomTestStringConvertible {
      let arguments: [String]
      let words: [String]

      init(_ arguments: String, _ words: String...) {
        self.arguments = arguments.split(separator: " ").map(String.init)
        self.words = words
      }

      var testDescription: String { arguments.joined(separator: " ") }
    }

    private static let cases = [
      Case("--preset fast", "'fast'", "smoke", "default", "full", "scale"),
      Case("--order 23", "23", "0 to 22"),
      Case("--order=-1", "-1", "0 to 22"),
      Case("--order 0,,2", "'0,,2'"),
      Case("--mix 0", "mix 0", "1 to 99"),
      Case("--mix 100", "mix 100", "1 to 99"),
      Case("--mode both", "'both'", "throughput", "latency", "consumer_ref"),
      Case("--operation get_page", "'get_page'", "compound_head", "page_ref_add_unless"),
      Case("--operation selftest", "'selftest'", "compound_head"),
      Case("--page-class middle", "'middle'", "head", "tail", "fakehead", "mix"),
      Case("--hvo maybe", "'maybe'", "off", "elsewhere", "on"),
      Case("--footprint none", "'none'"),
      Case("--cpu-node 99", "node 99", "nodes with CPUs: 0"),
      Case("--memory-node 99", "node 99", "nodes with memory: 0"),
      Case("--peer-node 99", "node 99", "nodes with CPUs: 0"),
      Case("--template-node near", "'near'", "local", "remote", "global"),
      Case("--threads 0", "threads 0", "1 to 65536"),
      Case("--threads 9223372036854775807", "threads 9223372036854775807", "1 to 65536"),
      Case(
        "--threads 65536 --readers 50 --pattern apart", "65536 threads", "CPUs of node 0",
        "--threads"),
      Case("--threads 2 --footprint beyond --operation compound_head", "2 threads", "one thread"),
      Case("--encoding pointer_56 --hvo on", "pointer_56", "not a power of two"),
      Case("--layouts 9", "9", "1 to 4"),
      Case("--layouts 0", "0", "1 to 4"),
      Case("--processes 0", "0", "1 to 64"),
      Case("--processes 65", "65", "1 to 64"),
      Case("--encoding unknown", "'unknown'", "mask", "fakehead_on"),
      Case("--baseline unknown", "'unknown'", "mask", "fakehead_on"),
      Case("--budget 0", "0", "positive"),
      Case("--budget inf", "inf", "positive"),
      Case("--budget nan", "nan", "positive"),
      Case("--budget 1e300", "1e+300", "up to 10000000"),
      Case("--margin 0", "0", "between 0 and 1"),
      Case("--margin 1", "1", "between 0 and 1"),
      Case("--seed -1", "--seed"),
      Case("--seed 1.5", "'1.5'", "--seed"),
      Case("--format xml", "'xml'", "table", "csv", "json"),
      Case("--label 7", "'7'", "number", "web-42"),
      Case("--label a\tb", "'a b'", "tabs", "web-42"),
      Case("--label a\u{1b}[2Jb", "'a [2Jb'", "controls", "web-42"),
      Case("--frobnicate", "'--frobnicate'"),
      Case("elsewhere", "'elsewhere'"),
      // Beyond memory, and beyond what an integer holds.
      Case("--footprint 100000000 --order 9", "100000000", "MiB", "--footprint"),
      Case("--footprint 1000000000000000 --order 9", "1000000000000000", "TiB", "--footprint"),
      Case("--footprint 9223372036854775807 --order 9", "9223372036854775807", "--footprint"),
      Case(
        "--footprint 9223372036854775807 --threads 2 --operation compound_head",
        "9223372036854775807 folios", "TiB", "--footprint"),
      // Beyond vm.max_map_count.
      Case(
        "--order 9 --hvo on --footprint 10000000", "10000000", "mappings",
        "sysctl -w vm.max_map_count="),
      // What does not exist.
      Case("--order 0 --hvo on", "order", "7 and more"),
      Case("--order 0 --page-class tail", "order"),
      Case("--order 2 --page-class fakehead", "fakehead", "7 and more"),
      Case("--order 0 --hvo off --baseline fakehead_on", "fakehead_on"),
      // What is given, and without which there would be something.
      Case("--operation scan_pfns --mode latency", "without --operation, or without --mode"),
      // What would say something of no cell.
      Case("--readers 50", "--readers", "--threads"),
      Case("--mix 30 --page-class head", "--mix", "--page-class mix"),
      Case("--predictability sorted --page-class tail", "--predictability", "--page-class mix"),
    ]

    @Test("It is told once, with its value and the way out; status 64", arguments: cases)
    func refused(refusal: Case) throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(["run"] + refusal.arguments, in: directory.url)
      #expect(ending.status == 64)
      #expect(ending.reason == .exit)
      #expect(ending.output == "")
      #expect(directory.names() == [], "nothing may be left by a run that did not begin")
      #expect(ending.errorMessages.count == 1, "\(ending.errors)")
      #expect(ending.errors.contains("See 'bench run --help' for more information."))
      for word in refusal.words { #expect(ending.errors.contains(word), "\(ending.errors)") }
    }

    @Test(
      "So are values that can't be typed here: nothing, and bytes that are no text; status 64",
      arguments: [("--output ''", "--output ''"), (#"--label $'\xff'"#, "no UTF-8")])
    func untyped(arguments: String, word: String) throws {
      let directory = try TemporaryDirectory()
      let ending = try StartedProgram(
        "/bin/bash", ["-c", "exec \"$0\" run \(arguments)", Bench.path], in: directory.url
      ).ending()
      #expect(ending.status == 64)
      #expect(directory.names() == [])
      #expect(ending.errorMessages.first?.contains(word) == true, "\(ending.errors)")
    }

    @Test(
      "An option given twice is refused by its name, with the way to give two values; status 64",
      arguments: [
        ["run", "--mode", "throughput", "--mode", "latency"], ["--order=0", "--order", "9"],
        ["list", "--preset", "smoke", "--preset=full"],
      ])
    func twice(arguments: [String]) throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(arguments, in: directory.url)
      #expect(ending.status == 64)
      #expect(ending.output == "")
      let message = try #require(ending.errorMessages.first)
      let name = try #require(arguments.first { $0.hasPrefix("--") }).prefix { $0 != "=" }
      #expect(message.contains("\(name) is given twice") && message.contains("commas"))
      #expect(directory.names() == [])
    }

    @Test(
      "'bench torture' says which numbers of threads and seconds it takes",
      arguments: [
        Case("--threads 1", "--threads 1", "2 to 256"), Case("--threads 257", "257", "2 to 256"),
        Case("--seconds 0", "--seconds 0", "more than 0"), Case("--seconds nan", "nan"),
      ])
    func torture(refusal: Case) throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(["torture"] + refusal.arguments, in: directory.url)
      #expect(ending.status == 64)
      #expect(ending.output == "")
      for word in refusal.words { #expect(ending.errors.contains(word), "\(ending.errors)") }
    }

    @Test(
      "A command that there is not is told by its name, beside those that there are; status 64",
      arguments: [
        ["nosuch"], ["rnu", "--preset", "smoke"], ["help", "nosuch"], ["help", "run", "nosuch"],
      ])
    func unknownCommand(arguments: [String]) throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(arguments, in: directory.url)
      #expect(ending.status == 64)
      #expect(ending.output == "")
      let message = try #require(ending.errorMessages.first)
      let word = try #require(
        arguments.last { !["help", "run", "--preset", "smoke"].contains($0) })
      #expect(message.contains("'\(word)'") && message.contains("run, list, "), "\(message)")
      #expect(!message.contains("measure"), "which nobody can use")
      #expect(directory.names() == [])
    }

    @Test(
      "Other commands that take numbers say which, with a usage of their own",
      arguments: [
        Case("selftest --budget 0", "--budget 0.0", "positive", "bench selftest"),
        Case("selftest --processes 65", "--processes 65", "1 to 64", "bench selftest"),
        Case("memmap --memory 1023T", "needs 16760832 MiB", "bench memmap"),
        Case("memmap --memory 512M --order 18", "--order 18", "1 GiB", "bench memmap"),
      ])
    func otherCommands(refusal: Case) throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(refusal.arguments, in: directory.url)
      #expect(ending.status == 64 && ending.output == "")
      #expect(directory.names() == [])
      for word in refusal.words { #expect(ending.errors.contains(word), "\(ending.errors)") }
    }

    @Test("What follows from other values can't be asked for")
    func notAskedFor() throws {
      let directory = try TemporaryDirectory()
      for arguments in [["--page-class", "any"], ["--predictability", "uniform"]] {
        let ending = try Bench.run(["list"] + arguments, in: directory.url)
        #expect(ending.status == 64)
        #expect(ending.errorMessages.first?.contains("'\(arguments[1])'") == true)
      }
    }

    @Test("The process that measures says that it is not for people; status 64")
    func measure() throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(["measure"], in: directory.url)
      #expect(ending.status == 64)
      #expect(ending.errorMessages.first?.contains("'bench run'") == true)
    }

    @Test("'bench list' refuses the same")
    func list() throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(["list", "--order", "23"], in: directory.url)
      #expect(ending.status == 64)
      #expect(ending.errorMessages.first?.contains("0 to 22") == true)
    }
  }
}
