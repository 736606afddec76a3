import Glibc

/// What this process has of the kernel, asked without the model.
struct Holdings {
  /// Of memory maps: mappings of their files, and descriptors.
  let ofMaps: [Int]
  let mappings: Int
  let files: Int
  /// Address space, with or without memory behind it.
  let kibibytes: Int

  init() {
    let lines = KernelFile.lines("/proc/self/maps")
    ofMaps = [
      lines.count { $0.contains(MemoryFile.name) }, MemoryFile.descriptors.count,
    ]
    mappings = lines.count
    files = (0..<1024).count { fcntl($0, F_GETFD) >= 0 }
    kibibytes =
      KernelFile.words(after: "VmSize:", in: "/proc/self/status").flatMap { Int($0[0]) } ?? 0
  }
}
