import Glibc
import SystemPackage

/// An aligned range of address space over a memory file, unmapped and closed with its owner.
///
/// The address space is reserved first and trimmed to the alignment, so that a map of any size can
/// stand at a multiple of 256 MiB without wasting memory.
struct Reservation: ~Copyable {
  let address: UInt
  let length: Int
  let file: FileDescriptor
  /// After the last byte.
  let spareMapping: SpareMapping

  /// - Parameters:
  ///   - length: bytes of address space and of the file; a multiple of the base page size.
  ///   - alignment: of the address, a power of two.
  ///   - displacement: bytes past the alignment; a multiple of the base page size.
  init(length: Int, alignment: Int, displacement: Int, name: String) throws(VmemmapError) {
    let mappedLength = length + SpareMapping.length
    let span = mappedLength + displacement + alignment
    let reserved = try SystemCall.map(
      at: 0, length: span, protection: PROT_NONE,
      flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
    let aligned = (reserved + UInt(alignment) - 1) & ~UInt(alignment - 1)
    let start = aligned + UInt(displacement)
    if start > reserved { SystemCall.unmap(reserved, length: Int(start - reserved)) }
    let end = start + UInt(mappedLength)
    let reservedEnd = reserved + UInt(span)
    if reservedEnd > end { SystemCall.unmap(end, length: Int(reservedEnd - end)) }
    do throws(VmemmapError) {
      let file = try SystemCall.memfdCreate(name, size: mappedLength)
      do throws(VmemmapError) {
        _ = try SystemCall.map(
          at: start, length: mappedLength, protection: PROT_READ | PROT_WRITE,
          flags: MAP_SHARED | MAP_FIXED, file: file)
        self.spareMapping = try SpareMapping(at: start + UInt(length))
      } catch {
        Glibc.close(file.rawValue)
        throw error
      }
      self.address = start
      self.length = length
      self.file = file
    } catch {
      SystemCall.unmap(start, length: mappedLength)
      throw error
    }
  }

  deinit {
    SystemCall.unmap(address, length: length + SpareMapping.length)
    close(file.rawValue)
  }
}
