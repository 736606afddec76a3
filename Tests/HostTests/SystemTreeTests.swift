import SystemPackage
import TestSupport
import Testing

@testable import Host

@Suite("/proc and /sys")
struct SystemTreeTests {
  @Test("What must be there is an error that names the file; where absence answers it is nil")
  func absence() throws {
    try withTemporaryDirectory { root in
      let tree = SystemTree(root: root)
      let path = root.pushing("proc/x")
      let errors = [
        #expect(throws: SystemTreeError.self) { try tree.text("proc/x", remedy: "load x") },
        #expect(throws: SystemTreeError.self) {
          try tree.words("proc/x", from: 0, count: 1, remedy: "load x")
        },
        #expect(throws: SystemTreeError.self) { try tree.names(in: "proc/x", remedy: "load x") },
      ]
      for error in errors {
        #expect(error == .unreadable(path: path, errno: .noSuchFileOrDirectory, remedy: "load x"))
        #expect(error?.description == "cannot read \(path): No such file or directory; load x")
      }
      #expect(tree.text(ifPresent: "proc/x") == nil)
      #expect(tree.integer(ifPresent: "proc/x") == nil)
      #expect(tree.list(ifPresent: "proc/x") == nil)
      #expect(tree.names(ifPresent: "proc/x") == [])
      #expect(tree.fields(ifPresent: "proc/x") == [:])
    }
  }

  @Test("A line has no blanks around it, and an empty one is only an answer where a line must be")
  func lines() throws {
    try withTemporaryDirectory { root in
      try root.pushing("proc/x").write(" 7\t\nsecond\n")
      try root.pushing("proc/empty").write("\n")
      let tree = SystemTree(root: root)
      #expect(try tree.line("proc/x") == "7")
      #expect(try tree.integer("proc/x") == 7)
      #expect(try tree.line("proc/empty") == "")
      #expect(tree.line(ifPresent: "proc/empty") == nil)
      #expect(
        throws: SystemTreeError.unexpected(
          path: root.pushing("proc/empty"), found: "", expected: "a number")
      ) { try tree.integer("proc/empty") }
    }
  }

  @Test("A list longer than CPUs and nodes can be is none, and takes no memory")
  func longLists() {
    #expect(SystemTree.list("0-2,5") == [0, 1, 2, 5])
    #expect(SystemTree.list("0-\(Int.max)") == nil)
    #expect(SystemTree.list(Array(repeating: "0-65535", count: 3).joined(separator: ",")) == nil)
  }

  @Test("A file that says that it is empty is read whole")
  func proc() throws {
    #expect(try SystemTree().text("proc/self/status").contains("VmSize:"))
  }

  @Test("Names in a directory are sorted, without the directory and its parent")
  func names() throws {
    try withTemporaryDirectory { root in
      for name in ["b", "a", ".c"] { try root.pushing("sys").appending(name).write("") }
      #expect(try SystemTree(root: root).names(in: "sys") == [".c", "a", "b"])
    }
  }
}
