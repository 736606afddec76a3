import Glibc

/// Memory that no page has been put under yet: each page touched is one page fault.
func touchFreshPages(_ count: Int) {
  let pageSize = sysconf(CInt(_SC_PAGESIZE))
  let length = count * pageSize
  let memory = unsafe mmap(
    nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
  // One huge page would be one fault.
  let noHugePage: CInt = 15
  unsafe madvise(memory, length, noHugePage)
  for page in 0..<count {
    unsafe memory.storeBytes(of: 1, toByteOffset: page * pageSize, as: UInt8.self)
  }
  unsafe munmap(memory, length)
}
