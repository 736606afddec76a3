import Host
import SystemPackage

/// Device memory in the use of device DAX, as `/sys/bus/dax` has it.
struct DAXDevice {
  /// Whole compound pages.
  let frames: Range<UInt>
  /// Of the compound pages: the device's alignment.
  let order: Int
  let node: Int

  /// The only one of this machine.
  init(_ tree: SystemTree) throws {
    let devices: FilePath = "sys/bus/dax/devices"
    let names = tree.names(ifPresent: devices)
    guard names.count == 1 else { throw ComparisonError.noDevice(found: names) }
    let device = devices.appending(names[0])
    let resource = try tree.line(device.appending("resource"))
    let alignment = try tree.integer(device.appending("align"))
    let size = try tree.integer(device.appending("size"))
    guard let start = UInt(resource.dropFirst(2), radix: 16), alignment > 4096 else {
      throw ComparisonError.noDevice(found: ["\(names[0]) at \(resource), of \(alignment) bytes"])
    }
    frames = start / 4096..<(start + UInt(size)) / 4096
    order = (alignment / 4096).trailingZeroBitCount
    node = try tree.integer(device.appending("numa_node"))
  }

  /// The first two compound pages and the last one.
  var heads: [UInt] {
    let heads = Array(stride(from: frames.lowerBound, to: frames.upperBound, by: 1 << order))
    return heads.prefix(2) + heads.dropFirst(2).suffix(1)
  }
}
