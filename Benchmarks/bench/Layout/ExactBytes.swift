extension Int {
  /// A number of bytes in the largest unit that divides it: "16380 KiB", not "16.0 MiB".
  var exactBytes: String {
    var (value, unit) = (self, 0)
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    while value != 0, value % 1024 == 0, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return "\(value) \(units[unit])"
  }
}
