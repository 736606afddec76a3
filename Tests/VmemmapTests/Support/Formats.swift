import Vmemmap

/// Every format that an encoding reads, once.
let tailFormats: [any TailFormat.Type] = {
  var formats: [any TailFormat.Type] = []
  for encoding in compoundEncodings where !formats.contains(where: { $0 == encoding.tailFormat }) {
    formats.append(encoding.tailFormat)
  }
  return formats
}()

extension CompoundEncoding {
  static var tailFormat: any TailFormat.Type { Format.self }
}

/// The encodings that are right in all of these states.
func encodings(rightIn states: HVOState...) -> [any CompoundEncoding.Type] {
  compoundEncodings.filter { $0.hvoStates.isSuperset(of: states) }
}

/// The orders whose maps are small enough to look at every page of them, in every state.
let smallOrders = Array(0...10)
/// Of these, the orders that HVO applies to.
let optimizableSmallOrders = Array(7...10)
