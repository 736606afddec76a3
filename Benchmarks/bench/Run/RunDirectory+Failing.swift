import Host
import Results

extension RunDirectory {
  /// Writes that a run failed, and why.
  func close(_ meta: Meta, failedBy error: any Error) {
    var meta = meta
    meta.status = .failed
    meta.statusReason = "\(error)"
    meta.finished = .now
    // What was there to be counted is not what is there now.
    meta.rows = nil
    // Rows beside a wrong answer would look like results.
    dropRows()
    // What went wrong first is what to tell, even if this does not fit on the disk either.
    try? write(meta)
  }
}
