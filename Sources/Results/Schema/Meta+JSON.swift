import FoundationEssentials
import SystemPackage

extension Meta {
  /// - Throws: `notFinite`: JSON has no word for such a number.
  func json(path: FilePath) throws(ResultsError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return try [UInt8](encoder.encode(self)) + [.lf]
    } catch {
      guard case EncodingError.invalidValue(_, let context) = error else {
        throw .notFinite(path: path, key: "")
      }
      throw .notFinite(path: path, key: context.codingPath.dotted)
    }
  }

  /// - Throws: `foreignSchema` before anything else is looked at, otherwise `malformedMeta`.
  init(json: [UInt8], path: FilePath) throws(ResultsError) {
    struct Probe: Decodable { var schemaVersion: Int }
    let decoder = JSONDecoder()
    do {
      let found = try decoder.decode(Probe.self, from: Data(json)).schemaVersion
      guard found == Schema.version else {
        throw ResultsError.foreignSchema(path: path, found: "\(found)", known: Schema.version)
      }
      self = try decoder.decode(Meta.self, from: Data(json))
    } catch let error as ResultsError {
      throw error
    } catch let error as DecodingError {
      throw .malformedMeta(path: path, detail: error.oneLine)
    } catch {
      throw .malformedMeta(path: path, detail: "not JSON")
    }
  }
}

extension DecodingError {
  /// Where and what, without the nested errors that `description` unfolds over many lines.
  fileprivate var oneLine: String {
    let (context, missing): (Context, String?) =
      switch self {
      case .keyNotFound(let key, let context): (context, key.stringValue)
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .dataCorrupted(let context):
        (context, nil)
      @unknown default: (Context(codingPath: [], debugDescription: "not decodable"), nil)
      }
    let path = context.codingPath.dotted
    let what = missing.map { "key \($0) is missing" } ?? context.debugDescription
    return path.isEmpty ? what : "\(path): \(what)"
  }
}

extension [any CodingKey] {
  fileprivate var dotted: String { map(\.stringValue).joined(separator: ".") }
}
