import Vmemmap

extension Operation {
  /// `put_page()`: the count goes down by one, and never to 0.
  static let putPage = Operation(
    "put_page", "finds the head and drops a reference",
    loops: Loop.countsTaken(.head, references: .dropped, readsHead: true),
    of: Contender.all(compoundEncodings), isTabled: false,
    isEssential: { $0.order == 9 && $0.folios == 1 && $0.hvo != .elsewhere })
}
