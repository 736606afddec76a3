import Vmemmap

/// Every format that an encoding reads, once.
let allTailFormats: [any TailFormat.Type] = {
  var formats: [any TailFormat.Type] = []
  for encoding in compoundEncodings where !formats.contains(where: { $0 == encoding.format }) {
    formats.append(encoding.format)
  }
  return formats
}()

/// The formats that have HVO; their struct pages are of 64 bytes, and folios themselves.
let tailFormats = allTailFormats.filter { $0.sharedTails != nil }
/// The others.
let formatsWithoutHVO = allTailFormats.filter { $0.sharedTails == nil }

/// The encodings of formats that have HVO.
let optimizableEncodings = compoundEncodings.filter { $0.format.sharedTails != nil }

/// The encodings that are right in all of these states.
func encodings(rightIn states: HVOState...) -> [any CompoundEncoding.Type] {
  compoundEncodings.filter { $0.hvoStates.isSuperset(of: states) }
}

/// The orders whose maps are small enough to look at every page of them, in every state.
let smallOrders = Array(0...10)
/// Of these, the orders that HVO applies to.
let optimizableSmallOrders = Array(7...10)
