import Content

/// What a file is that should hold a JSON object on each line and is something else altogether. It is named once, with
/// what to do, instead of once for each line.
enum ForeignForm {
  /// What lines are to look like.
  enum Wanted {
    case cases, rows

    fileprivate var name: String { self == .cases ? "an eval set" : "a training file" }
    fileprivate var example: String {
      self == .cases ? "{\"id\": …, \"input\": {…}, \"expected\": …}" : "{\"messages\": […]}"
    }
  }

  /// A sentence that names the form and says what to do; nil for JSON Lines, even with mistakes in them.
  static func sentence(_ bytes: [UInt8], path: String, wanted: Wanted) -> String? {
    guard let (what, advice) = form(bytes, path: path, wanted) else { return nil }
    return "This is \(what), and \(wanted.name) is JSON Lines: one object on each line, such as \(wanted.example). "
      + advice
  }

  private static func form(_ bytes: [UInt8], path: String, _ wanted: Wanted) -> (what: String, advice: String)? {
    if let binary = binary(bytes) { return (binary, "Export it as JSON Lines.") }
    let lines = firstLines(bytes)
    guard let first = lines.first?.first else { return nil }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if first == "[", isArray(lines) {
      return ("a JSON array", "Write each element on a line of its own: jq -c '.[]' \(name) > \(output(for: name))")
    }
    // A whole object in a line: whatever else there is, these are JSON Lines.
    if lines.contains(where: isObject) { return nil }
    switch first {
    case "{":
      // The first line alone is no object, so the object goes on over several lines.
      guard lines.count > 1, lines[0].allSatisfy({ $0 != "}" }), lines[1].first == "\"" else { return nil }
      return (
        "JSON over several lines",
        "Write each object on one line: jq -c . \(name) > \(output(for: name)) (jq -c '.[]' where they are in an array)."
      )
    case "<": return ("XML or HTML", "Export it as JSON Lines.")
    default: break
    }
    if let yaml = yaml(lines, name, wanted) { return yaml }
    return table(lines, name, wanted)
  }

  /// A name for the converted file: never that of the file itself, which the shell would empty first.
  private static func output(for name: String) -> String {
    let usual = stem(name) + ".jsonl"
    return usual == name ? stem(name) + "-lines.jsonl" : usual
  }

  private static func isObject(_ line: String) -> Bool { (try? JSONValue(parsing: line))?.object != nil }

  /// Whether the lines begin an array of objects, and not with one bad line.
  private static func isArray(_ lines: [String]) -> Bool {
    guard let whole = try? JSONValue(parsing: lines[0]) else {
      return lines[0].allSatisfy { "[ \t\r".contains($0) } || lines.count == 1 || !isObject(lines[1])
    }
    return whole.array?.first?.object != nil && !lines.dropFirst().contains(where: isObject)
  }

  private static func stem(_ name: String) -> String {
    name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
  }

  private static func binary(_ bytes: [UInt8]) -> String? {
    let kinds: [([UInt8], String)] = [
      (Array("PAR1".utf8), "a Parquet file"), ([0x50, 0x4B, 0x03, 0x04], "an archive or a spreadsheet (zip, xlsx)"),
      ([0x1F, 0x8B], "a compressed file (gzip)"), (Array("SQLite format 3".utf8), "a SQLite database"),
      (Array("ARROW1".utf8), "an Arrow file"), ([0xFF, 0xFE], "UTF-16 text"), ([0xFE, 0xFF], "UTF-16 text"),
      ([0x28, 0xB5, 0x2F, 0xFD], "a compressed file (zstd)"),
    ]
    return kinds.first { bytes.starts(with: $0.0) }?.1
  }

  /// The first lines that aren't blank, without indents.
  private static func firstLines(_ bytes: [UInt8]) -> [String] {
    var lines: [String] = []
    for line in LineRanges(bytes) {
      guard lines.count < 20 else { break }
      let content = bytes[line.content].prefix(CaseFile.mostLineBytes)
      guard let text = String(validating: content, as: UTF8.self) else { continue }
      let trimmed = text.drop { $0 == " " || $0 == "\t" }
      if !trimmed.isEmpty { lines.append(String(trimmed)) }
    }
    return lines
  }

  private static func yaml(_ lines: [String], _ name: String, _ wanted: Wanted) -> (what: String, advice: String)? {
    let keys = lines.compactMap { line -> String? in
      let word = line.drop { $0 == "-" || $0 == " " }.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      guard !word.isEmpty, line.contains("\(word):") else { return nil }
      return String(word)
    }
    let isNamed = name.hasSuffix(".yaml") || name.hasSuffix(".yml")
    let text = lines.filter { !$0.hasPrefix("#") && $0 != "---" }
    guard isNamed || (!text.isEmpty && keys.count >= max(2, text.count / 2) && text.allSatisfy { !$0.contains("\t") })
    else { return nil }
    let promptfoo = ["tests", "prompts", "providers", "vars", "assert", "defaultTest"].filter(keys.contains)
    guard promptfoo.count >= 2 || promptfoo == ["tests"], wanted == .cases else {
      return ("YAML", "Write each entry as an object on a line of its own.")
    }
    return (
      "promptfoo's configuration (YAML)",
      "Write each test as a line: its `vars` are \"input\", what it is to equal is \"expected\", and its assertions are "
        + "`graders` in assay.yaml."
    )
  }

  private static func table(
    _ lines: [String], _ name: String, _ wanted: Wanted
  ) -> (what: String, advice: String)? {
    let extensions: [String: Character] = [".csv": ",", ".tsv": "\t"]
    let named = extensions.first { name.lowercased().hasSuffix($0.key) }?.value
    let separators: [Character] = named.map { [$0, ";", "\t"] } ?? [",", "\t", ";"]
    guard let header = lines.first, let first = header.first, named != nil || !"{[".contains(first) else { return nil }
    func columns(_ line: String, _ separator: Character) -> Int {
      var isQuoted = false
      return line.reduce(1) { count, character in
        if character == "\"" { isQuoted.toggle() }
        return count + (character == separator && !isQuoted ? 1 : 0)
      }
    }
    let separator = separators.first { separator in
      let count = columns(header, separator)
      return count > 1 && (named != nil || (lines.count > 1 && columns(lines[1], separator) == count))
    }
    guard let separator = separator ?? named else { return nil }
    let names = header.split(separator: separator).prefix(8).map { $0.filter { $0 != "\"" } }
    let kind = separator == "\t" ? "a table with tabs (TSV)" : "CSV"
    let list = names.joined(separator: ", ")
    let advice =
      wanted == .cases
      ? "Its columns are \(list): make each row a line with the columns that the prompt uses in \"input\" and the answer in "
        + "\"expected\"."
      : "Its columns are \(list): make each row a line such as {\"prompt\": …, \"completion\": …}."
    return (kind, advice)
  }
}
