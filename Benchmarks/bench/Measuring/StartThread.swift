import Glibc
import SystemPackage
import Vmemmap

/// Starts a thread that runs the body and ends.
///
/// Foundation's `Thread` does not say where the system has no thread to give, and who then waits for
/// it waits for good.
///
/// - Throws: ``VmemmapError/system(attempt:errno:)``.
func startThread(_ body: @escaping @Sendable () -> Void) throws(VmemmapError) {
  let owned = unsafe Unmanaged.passRetained(ThreadBody(body))
  var attributes = pthread_attr_t()
  var error = unsafe pthread_attr_init(&attributes)
  if error == 0 {
    var thread = pthread_t()
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    error = unsafe pthread_create(
      &thread, &attributes,
      { argument in
        if let argument = unsafe argument {
          unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
        }
        return nil
      }, owned.toOpaque())
    unsafe pthread_attr_destroy(&attributes)
  }
  guard error == 0 else {
    unsafe owned.release()
    throw .system(attempt: "start a thread", errno: Errno(rawValue: error))
  }
}

private final class ThreadBody {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
