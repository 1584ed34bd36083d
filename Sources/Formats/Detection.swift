import Content

/// What a file is, told from its first bytes and its name.
package struct Detection: Sendable, Hashable {
  /// How it holds its records.
  package var container: Container
  /// How they mean cases.
  package var format: ImportFormat

  /// What people call both.
  package var name: String {
    format == .fields ? container.name : "\(format.name) in \(container.name)"
  }

  /// What is known of a container and a format.
  package init(_ format: ImportFormat, in container: Container) {
    self.container = container
    self.format = format
  }

  /// Why a file can't be read: a sentence that says what to do.
  package struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
  }

  /// How many first bytes are enough to look at.
  package static let sampleBytes = 1 << 18

  /// What a file is.
  /// - Parameters:
  ///   - bytes: its first bytes, ``sampleBytes`` or all of them.
  ///   - isWhole: whether these are all of the file.
  ///   - name: the file's name; empty for standard input.
  ///   - format: the format that a person has named.
  /// - Throws: ``Refusal``.
  package init(
    _ bytes: ArraySlice<UInt8>, isWhole: Bool, named name: String, as format: ImportFormat? = nil
  ) throws(Refusal) {
    if let kind = Self.binary(bytes) { throw Refusal(description: kind) }
    let content = bytes.droppingMark
    guard let first = content.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }) else {
      throw Refusal(description: "The file is empty.")
    }
    let container = try Self.container(content, first: first, isWhole: isWhole, named: name.lowercased())
    self.container = container
    let records = Self.records(content, container, isWhole: isWhole)
    self.format = format ?? Self.format(of: records, container)
    if let whole = Self.wholeContainer(self.format, container, records) { self.container = whole }
  }

  private static func binary(_ bytes: ArraySlice<UInt8>) -> String? {
    let parquet =
      "This is a Parquet file, which can't be read. Export JSON Lines instead (in Langfuse: the export's file "
      + "format JSONL), or convert it: duckdb -c \"COPY (SELECT * FROM 'FILE') TO 'FILE.jsonl'\"."
    let zip =
      "This is a zip archive. Unpack it first; an Inspect log (.eval) becomes JSON with `inspect log dump FILE`, a "
      + "spreadsheet is exported as CSV."
    let kinds: [([UInt8], String)] = [
      (Array("PAR1".utf8), parquet), ([0x50, 0x4B, 0x03, 0x04], zip),
      ([0x1F, 0x8B], "This is a gzip file. Unpack it on the way: gunzip -c FILE | assay import - …"),
      ([0x28, 0xB5, 0x2F, 0xFD], "This is a zstd file. Unpack it on the way: zstd -dc FILE | assay import - …"),
      (Array("SQLite format 3".utf8), "This is a SQLite database. Export a table as CSV."),
      (Array("ARROW1".utf8), "This is an Arrow file. Export it as JSON Lines or CSV."),
      ([0xFF, 0xFE], "This is UTF-16 text. Save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8 FILE."),
      ([0xFE, 0xFF], "This is UTF-16 text. Save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8 FILE."),
    ]
    if let kind = kinds.first(where: { bytes.starts(with: $0.0) }) { return kind.1 }
    return bytes.prefix(4096).contains(0) ? "This is a binary file. Export it as JSON Lines or CSV." : nil
  }

  // MARK: Containers

  private static func container(
    _ bytes: ArraySlice<UInt8>, first: UInt8, isWhole: Bool, named name: String
  ) throws(Refusal) -> Container {
    let isTableNamed = [".csv", ".tsv", ".tab", ".psv"].contains { name.hasSuffix($0) }
    if isTableNamed, let dialect = TableDialect.sniff(bytes, isWhole: isWhole, named: name) { return .table(dialect) }
    if first == UInt8(ascii: "["), !name.hasSuffix(".yaml"), !name.hasSuffix(".yml") { return .values }
    if first == UInt8(ascii: "{") { return isLines(bytes, isWhole: isWhole) ? .lines : .values }
    if first == UInt8(ascii: "<") {
      throw Refusal(description: "This is XML or HTML. Export it as JSON Lines or CSV.")
    }
    if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") { return .lines }
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") || looksLikeYAML(bytes) { return .yaml }
    if let dialect = TableDialect.sniff(bytes, isWhole: isWhole, named: name) { return .table(dialect) }
    if let line = bytes.split(separator: 0x0A, maxSplits: 1).first, !line.isEmpty, first != UInt8(ascii: "{") {
      // One column, one case a row.
      if isTableNamed { return .table(.comma) }
    }
    throw Refusal(
      description:
        "It isn't clear what this file is. Files are read as CSV, TSV, JSON, JSON Lines or YAML; give it the "
        + "extension of what it is.")
  }

  /// Whether each line is a JSON object of its own.
  private static func isLines(_ bytes: ArraySlice<UInt8>, isWhole: Bool) -> Bool {
    var lines = bytes.split(separator: 0x0A, maxSplits: 8)
    // One line that goes on beyond the bytes.
    if !isWhole, lines.count == 1 { return true }
    if lines.count > 8 || (!isWhole && lines.count > 1) { lines.removeLast() }
    let filled = lines.filter { line in line.contains { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D } }
    guard let first = filled.first else { return true }
    if isObject(first) { return true }
    // The first line is broken, or an object goes on over several lines: then those after it are indented or end in commas.
    return filled.dropFirst().contains { $0.first == UInt8(ascii: "{") && isObject($0) }
  }

  private static func isObject(_ line: ArraySlice<UInt8>) -> Bool {
    guard let text = String(validating: line, as: UTF8.self) else { return false }
    return (try? JSONValue(parsing: text))?.object != nil
  }

  private static func looksLikeYAML(_ bytes: ArraySlice<UInt8>) -> Bool {
    let lines = String(decoding: bytes.prefix(16_384), as: UTF8.self).split(whereSeparator: \.isNewline)
    let keys = ["tests:", "prompts:", "providers:", "targets:", "defaultTest:", "scenarios:"]
    return lines.contains { line in keys.contains { line.hasPrefix($0) } }
      || lines.first.map { $0.hasPrefix("- vars:") || $0 == "---" } ?? false
  }

  // MARK: Formats

  /// The first records, to be looked at.
  private static func records(_ bytes: ArraySlice<UInt8>, _ container: Container, isWhole: Bool) -> [JSONValue] {
    var reader = RecordReader(container)
    var items = reader.feed(bytes)
    if isWhole || container == .yaml { items += reader.finish() }
    let found = items.prefix(200).compactMap { if case .record(let record) = $0 { record.value } else { nil } }
    guard found.isEmpty, !isWhole, let beginning = beginning(of: bytes) else { return found }
    return beginning.array ?? [beginning]
  }

  /// What of a JSON value that goes on beyond the bytes is complete: everything before the last comma, with the brackets
  /// closed that are open there.
  static func beginning(of bytes: ArraySlice<UInt8>) -> JSONValue? {
    var open: [UInt8] = []
    var isQuoted = false
    var isEscaped = false
    var last: (place: Int, open: [UInt8])?
    for place in bytes.indices {
      let byte = bytes[place]
      if isQuoted {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else {
          isQuoted = byte != UInt8(ascii: "\"")
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isQuoted = true
      case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
      case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard open.popLast() == byte else { return nil }
      case UInt8(ascii: ","):
        // Deeper ones than any format's signs are not kept, so that they cost nothing.
        if open.count <= 16 { last = (place, open) }
      default: break
      }
    }
    guard let last else { return nil }
    let text = Array(bytes[..<last.place]) + last.open.reversed()
    return try? JSONValue(parsing: String(decoding: text, as: UTF8.self))
  }

  private static func format(of records: [JSONValue], _ container: Container) -> ImportFormat {
    if case .table = container { return .fields }
    for record in records.prefix(20) {
      if let format = FormatSigns.format(of: record, isYAML: container == .yaml) { return format }
    }
    return .fields
  }

  /// A container that fits the format better than the look of the bytes.
  private static func wholeContainer(
    _ format: ImportFormat, _ container: Container, _ records: [JSONValue]
  ) -> Container? {
    guard container == .values else { return nil }
    switch format {
    case .inspectLog, .promptfoo, .openaiHostedEvals: return .document
    case .promptfooResults: return records.first?["results"] == nil ? nil : .document
    default: return nil
    }
  }
}
