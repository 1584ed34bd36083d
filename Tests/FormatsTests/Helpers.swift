import Content
import Testing

@testable import Formats

/// What a text gives, its form detected unless told.
func imported(
  _ text: String, named name: String = "", as format: ImportFormat? = nil, _ options: ImportOptions = ImportOptions()
) throws -> ImportOutput {
  let bytes = Array(text.utf8)
  let detection = try Detection(bytes[...], isWhole: true, named: name, as: format)
  return Importer.read(bytes, as: detection.format, in: detection.container, options: options)
}

extension ImportOutput {
  /// The cases as lines of an eval set, without ids of their own.
  var lines: [String] { cases.map { JSONValue.object($0.json(id: $0.id ?? "-")).text() } }
}
