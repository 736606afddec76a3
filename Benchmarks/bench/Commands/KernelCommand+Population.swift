import Host
import Kernel
import Text
import Vmemmap

extension KernelCommand {
  /// The least share that is told.
  private static let leastShare = 0.001

  /// - Throws: ``SystemTreeError`` where page flags can't be read.
  func printPopulation(_ tree: SystemTree) throws {
    let found = try FolioPopulation.read(tree)
    guard found.total > 0 else {
      print("population: /proc/kpageflags shows no page of a process or of the page cache")
      return
    }
    let shares = found.pages.sorted { $0.key < $1.key }
      .map { (order: $0.key, share: Double($0.value) / Double(found.total)) }
      .filter { $0.share >= Self.leastShare && $0.order <= Population.largestOrder }
    let population = Population(
      shares.map {
        Population.Share(order: $0.order, weight: ($0.share * 1000).rounded() / 10)
      })
    print(
      """
      population: \(population), percent of \(ByteCount(found.total * basePageSize)) in processes and \
      the page cache
      measure on it: bench --operation scan_pfns,put_page --population \(population)
      """)
  }
}
