import CProcesses
import Glibc
import SystemPackage

extension Command {
  /// Starts the program, with descriptors as `cpr_spawn()` takes them.
  func spawn(input: Int32, output: Int32, errors: Int32) throws(ProcessError) -> pid_t {
    let name = Argument(path: program).bytes
    let all = [name] + arguments.map(\.bytes)
    guard !all.contains(where: { $0.contains(0) }) else {
      throw .unstartable(command: description, errno: .invalidArgument)
    }
    var id: pid_t = 0
    let error = unsafe withCStrings(all) { arguments in
      unsafe withCStrings(variables) { variables in
        unsafe cpr_spawn(&id, arguments[0], arguments, variables, input, output, errors)
      }
    }
    guard error == 0 else {
      throw .unstartable(command: description, errno: Errno(rawValue: error))
    }
    return id
  }

  /// This process's variables, byte for byte, with those of the command set.
  private var variables: [[UInt8]] {
    var variables: [[UInt8]] = []
    var entry = unsafe cpr_environment()
    while let text = unsafe entry?.pointee {
      unsafe variables.append(Array(UnsafeRawBufferPointer(start: text, count: strlen(text))))
      unsafe entry = entry?.successor()
    }
    for (name, value) in environment {
      variables.removeAll { $0.starts(with: "\(name)=".utf8) }
      variables.append(Array("\(name)=\(value)".utf8))
    }
    return variables
  }
}

/// Hands over what C calls `char *const []`: pointers to strings that end with a zero, and none as the
/// last. They are valid in the body only.
private func withCStrings<Result>(
  _ strings: [[UInt8]], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  var text = strings.flatMap { $0 + CollectionOfOne(0) }
  return unsafe text.withUnsafeMutableBytes { text in
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe []
    var offset = 0
    for string in strings {
      unsafe pointers.append(
        text.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self))
      offset += string.count + 1
    }
    return unsafe body(pointers + [nil])
  }
}
