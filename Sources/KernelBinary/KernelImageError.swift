import Host
public import Processes
import SystemErrors
public import SystemPackage

/// Why the code of a kernel could not be read, in one line that names the file and the way out.
public enum KernelImageError: Error, Equatable {
  case unreadable(path: FilePath, errno: Errno)
  /// Neither an x86 bzImage nor an ELF file.
  case notKernel(path: FilePath, found: [UInt8])
  /// An ELF file, but not a linked kernel for x86-64.
  case foreignELF(path: FilePath)
  case truncated(path: FilePath, what: String, needed: Int, available: Int)
  case tooLarge(path: FilePath, what: String, bytes: Int, limit: Int)
  case unknownCompression(path: FilePath, found: [UInt8])
  /// The tool is not there, or could not be started.
  case noDecompressor(path: FilePath, tool: String, ProcessError)
  case damagedPayload(path: FilePath, tool: String)
  /// Neither a symbol table nor tables of kallsyms.
  case noSymbols(path: FilePath)
  case hiddenSymbols(path: FilePath)
  case missingSymbol(path: FilePath, String)
  /// An address that no segment of the image holds.
  case unmapped(path: FilePath, what: String, address: UInt64)
}

extension KernelImageError {
  /// Whether the system refused something, and the data are not to blame.
  public var isOfSystem: Bool {
    switch self {
    case .noDecompressor, .hiddenSymbols: true
    case .unreadable(let path, let errno): errno.isRefusal || path.isOfRunningKernel
    default: false
    }
  }
}

extension KernelImageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let path, let errno):
      "cannot read '\(path)': \(errno); "
        + (errno.isRefusal
          ? "run as root"
          : path.isOfRunningKernel
            ? "this kernel does not show its code, for which CONFIG_PROC_KCORE is needed: give its file"
            : Self.give)
    case .notKernel(let path, let found):
      "'\(path)' is no kernel: it begins with \(found.hex), and has no boot header; \(Self.give)"
    case .foreignELF(let path):
      "'\(path)' is no linked x86-64 kernel: \(Self.give)"
    case .truncated(let path, let what, let needed, let available):
      "'\(path)' is cut short: \(what) ends at byte \(needed) of \(available); copy the file again"
    case .tooLarge(let path, let what, let bytes, let limit):
      "'\(path)': \(what) has \(bytes) bytes, more than the \(limit) that are read: it is damaged, "
        + "or no kernel; \(Self.give)"
    case .unknownCompression(let path, let found):
      "'\(path)': its kernel is compressed with something unknown (\(found.hex)); give the "
        + "unpacked vmlinux"
    case .noDecompressor(let path, let tool, let error):
      "'\(path)' is compressed with \(tool): \(error)"
    case .damagedPayload(let path, let tool):
      "'\(path)' is damaged: \(tool) can't unpack its kernel; copy the file again"
    case .noSymbols(let path):
      "'\(path)' has neither a symbol table nor tables of kallsyms that can be read: give the "
        + "vmlinux of its build, or a kernel with CONFIG_KALLSYMS"
    case .hiddenSymbols(let path):
      "\(path) hides addresses from this process: run as root, and set kernel.kptr_restrict to 0"
    case .missingSymbol(let path, let name):
      "'\(path)' has no symbol '\(name)': give a kernel with CONFIG_JUMP_LABEL and "
        + "CONFIG_KALLSYMS_ALL, or the vmlinux of its build"
    case .unmapped(let path, let what, let address):
      "'\(path)' does not hold \(what) at 0x\(String(address, radix: 16)): it is damaged, or cut "
        + "short; copy the file again"
    }
  }

  private static let give = "give a vmlinuz (bzImage) or vmlinux of x86-64"
}

extension [UInt8] {
  fileprivate var hex: String {
    isEmpty
      ? "nothing"
      : map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}

extension FilePath {
  fileprivate var isOfRunningKernel: Bool {
    ["kcore", "kallsyms"].contains(lastComponent?.string)
  }
}
