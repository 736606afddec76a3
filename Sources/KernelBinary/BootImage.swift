import Processes
import SystemPackage

/// An x86 bzImage, as `make` leaves it and distributions install it: a boot header, and the ELF file
/// of the kernel, compressed. Kernel documentation: `Documentation/arch/x86/boot.rst`.
enum BootImage {
  private static let headerLength = 0x250
  private static let magic = Array("HdrS".utf8)
  /// The boot protocol that told of the payload first, of Linux 2.6.26.
  private static let oldestProtocol: UInt16 = 0x0208

  /// How a payload may be compressed: what it begins with, and who unpacks it.
  private static let formats: [(magic: [UInt8], suffix: String, command: [String])] = [
    ([0x1f, 0x8b], ".gz", ["gzip", "-dcq"]),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], ".xz", ["xz", "-dcq"]),
    ([0x28, 0xb5, 0x2f, 0xfd], ".zst", ["zstd", "-dcq"]),
    ([0x02, 0x21, 0x4c, 0x18], ".lz4", ["lz4", "-dcq"]),
    ([0x42, 0x5a, 0x68], ".bz2", ["bzip2", "-dcq"]),
    ([0x89, 0x4c, 0x5a, 0x4f], ".lzo", ["lzop", "-dcq"]),
    ([0x5d, 0, 0], ".lzma", ["xz", "--format=lzma", "-dcq"]),
  ]

  /// The boot header, or nil where there is none.
  private static func header(of image: ImageBytes) throws(KernelImageError) -> [UInt8]? {
    guard image.count >= headerLength else { return nil }
    let header = try image.read("the boot header", at: 0, count: headerLength)
    let hasMagic =
      Array(header[0x202..<0x206]) == magic && header.number(at: 0x206) >= oldestProtocol
    return hasMagic ? header : nil
  }

  /// The kernel's ELF file, unpacked by the program that the payload's first bytes call for; nil
  /// where this is no bzImage.
  ///
  /// Costs a temporary file and some 0.1 to 2 s. What was unpacked must have the length that the
  /// build wrote behind the payload.
  static func unpacked(_ image: ImageBytes) throws(KernelImageError) -> ImageBytes? {
    guard let header = try header(of: image) else { return nil }
    let path = image.path
    let sectors = header[0x1f1] == 0 ? 4 : Int(header[0x1f1])
    let start = (sectors + 1) * 512 + Int(header.number(at: 0x248, UInt32.self))
    let payload = try image.read(
      "the compressed kernel", at: start, count: Int(header.number(at: 0x24c, UInt32.self)))
    guard let format = formats.first(where: { payload.starts(with: $0.magic) }) else {
      throw .unknownCompression(path: path, found: Array(payload.prefix(6)))
    }
    let tool = format.command[0]
    guard payload.count > 4 else { throw .damagedPayload(path: path, tool: tool) }
    let length = Int(payload.number(at: payload.count - 4, UInt32.self))
    guard length <= ImageBytes.limit else {
      throw .tooLarge(path: path, what: "its kernel", bytes: length, limit: ImageBytes.limit)
    }
    // gzip writes the length itself; behind the others the build does, and they would complain.
    let bytes = tool == "gzip" ? payload[...] : payload.dropLast(4)
    let unpacked: [UInt8]
    do throws(ProcessError) {
      let file = try ScratchFile(bytes, suffix: format.suffix)
      let arguments = format.command.dropFirst().map { Command.Argument($0) }
      unpacked = try Command(FilePath(tool), arguments + [.init(path: file.path)])
        .collect(limit: length, timeout: timeout)
    } catch {
      switch error {
      case .failed, .tooMuchOutput: throw .damagedPayload(path: path, tool: tool)
      default: throw .noDecompressor(path: path, tool: tool, error)
      }
    }
    guard unpacked.count == length else { throw .damagedPayload(path: path, tool: tool) }
    return ImageBytes(unpacked: unpacked, from: path)
  }

  private static let timeout = Duration.seconds(120)
}
