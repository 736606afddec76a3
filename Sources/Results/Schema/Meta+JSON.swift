import FoundationEssentials
import SystemPackage
import Text

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
    let decoder = JSONDecoder()
    do {
      let probe = try decoder.decode(VersionProbe.self, from: Data(json))
      guard probe.version == Schema.version else {
        throw ResultsError.foreignSchema(
          path: path, found: "\(probe.version)", known: Schema.version, writer: probe.commit)
      }
      self = try decoder.decode(Meta.self, from: Data(json))
      // Where it was edited: a name must not break the lines that it is in.
      label = label?.onOneLine
    } catch let error as ResultsError {
      throw error
    } catch let error as DecodingError {
      throw .malformedMeta(path: path, detail: error.oneLine)
    } catch {
      throw .malformedMeta(path: path, detail: "not JSON")
    }
    if status == .complete, rows == nil {
      throw .malformedMeta(path: path, detail: "key rows is missing from a complete run")
    }
  }
}

/// What a file of any version says of the version.
private struct VersionProbe: Decodable {
  let version: Int
  /// What the run was measured with.
  let commit: String?

  enum CodingKeys: String, CodingKey {
    case version = "schema_version"
    case firstVersion = "schemaVersion"
    case commit
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    // Version 1 called its keys otherwise.
    version =
      try container.decodeIfPresent(Int.self, forKey: .firstVersion)
      ?? container.decode(Int.self, forKey: .version)
    commit = try container.decodeIfPresent(String.self, forKey: .commit)
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
