import CFiles
import Glibc
import SystemPackage

extension FilePath {
  /// The path without links; fails where nothing is there. The C function is `realpath`.
  func resolved() throws(Errno) -> FilePath {
    let result = unsafe withPlatformString { path -> Result<FilePath, Errno> in
      guard let resolved = unsafe realpath(path, nil) else {
        return .failure(Errno(rawValue: errno))
      }
      defer { unsafe free(resolved) }
      return .success(unsafe FilePath(platformString: resolved))
    }
    return try result.get()
  }

  /// Makes the directory; the one above must be there. The C function is `mkdir`.
  func makeDirectory() throws(Errno) {
    try unsafe call { unsafe mkdir($0, 0o777) }
  }

  /// Makes the directory and those above it where they are not there yet.
  func makeDirectories() throws(Errno) {
    do throws(Errno) {
      try makeDirectory()
    } catch .fileExists {
      return
    } catch .noSuchFileOrDirectory {
      let parent = removingLastComponent()
      guard !parent.isEmpty, parent != self else { throw .noSuchFileOrDirectory }
      try parent.makeDirectories()
      // Another process may have been faster.
      do throws(Errno) { try makeDirectory() } catch .fileExists {}
    }
  }

  /// The C function is `rmdir`.
  func removeDirectory() throws(Errno) {
    try unsafe call { unsafe rmdir($0) }
  }

  /// The C function is `unlink`.
  func removeFile() throws(Errno) {
    try unsafe call { unsafe unlink($0) }
  }

  /// Takes the place of `target` in one step. The C function is `rename`.
  func replace(_ target: FilePath) throws(Errno) {
    try unsafe call { from in unsafe target.withPlatformString { unsafe rename(from, $0) } }
  }

  /// Makes a symbolic link at `link` that leads to this path. The C function is `symlink`.
  func link(at link: FilePath) throws(Errno) {
    try unsafe call { text in unsafe link.withPlatformString { unsafe symlink(text, $0) } }
  }

  /// Calls a C function that takes the path and returns -1 when errno tells why it failed.
  @unsafe private func call(_ function: (UnsafePointer<CChar>) -> CInt) throws(Errno) {
    // errno is read before anything else can change it.
    let failure = unsafe withPlatformString { path in
      unsafe function(path) == -1 ? Errno(rawValue: errno) : nil
    }
    if let failure { throw failure }
  }
}

extension FilePath {
  /// Lets go what ``FileDescriptor/keepRoom(_:after:)`` held back; the file stays as it is.
  func giveBackRoom() {
    guard let file = try? FileDescriptor.open(self, .writeOnly, options: [.noFollow, .closeOnExec])
    else { return }
    // What lies behind the end goes even where the end does not move.
    if let bytes = try? file.status().bytes { try? file.resize(to: Int64(bytes)) }
    try? file.close()
  }
}

extension FileDescriptor {
  /// Holds bytes of the disk back for the file, or fewer where it has not so many, and where the file system
  /// can; the file's end stays where it is. The C function is `fallocate`.
  func keepRoom(_ bytes: Int, after end: Int) {
    var bytes = bytes
    while bytes >= Self.leastRoom, cf_keep_room(rawValue, end, bytes) == -1, errno == ENOSPC {
      bytes /= 2
    }
  }

  /// Less than a block of most file systems holds nothing back.
  private static let leastRoom = 4096

  /// Whether it is a regular file, and of how many bytes. The C function is `fstat`.
  func status() throws(Errno) -> (isRegular: Bool, bytes: Int) {
    var status = Glibc.stat()
    guard unsafe Glibc.fstat(rawValue, &status) != -1 else { throw Errno(rawValue: errno) }
    return (status.st_mode & S_IFMT == S_IFREG, Int(status.st_size))
  }

  /// Returns when the disk has the file's bytes. The C function is `fsync`.
  func synchronize() throws(Errno) {
    guard fsync(rawValue) != -1 else { throw Errno(rawValue: errno) }
  }
}
