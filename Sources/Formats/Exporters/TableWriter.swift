import Content

/// Writes tables: a column for each slot, then what is expected, tags, group and weight.
struct TableWriter {
  private let separator: String

  init(separator: String) { self.separator = separator }

  func export(_ cases: [ImportCase]) -> ExportedCases {
    var result = ExportedCases()
    var usable: [ImportCase] = []
    var slots: [String] = []
    for one in cases {
      if one.messages != nil {
        result.refused.append((one.id ?? "", "a table has no place for a conversation"))
        continue
      }
      for name in one.input.keys where !slots.contains(name) { slots.append(name) }
      usable.append(one)
    }
    let own: Set<String> = ["id", "expected", "tags", "group", "weight"]
    let hasTags = usable.contains { !$0.tags.isEmpty }
    let hasGroups = usable.contains { $0.group != nil }
    let hasWeights = usable.contains { $0.weight != nil }
    if usable.contains(where: { !$0.metadata.isEmpty }) { result.lose("metadata") }
    if slots.contains(where: own.contains) { result.lose("the difference of slots and columns with the same name") }
    let names = ["id"] + slots + ["expected"] + (hasTags ? ["tags"] : []) + (hasGroups ? ["group"] : [])
    result.text = line(names + (hasWeights ? ["weight"] : []))
    for one in usable {
      var cells = [one.id ?? ""]
      for name in slots { cells.append(cell(one.input[name], &result)) }
      cells.append(cell(one.expected, &result))
      if hasTags { cells.append(one.tags.joined(separator: ",")) }
      if hasGroups { cells.append(one.group ?? "") }
      if hasWeights { cells.append(one.weight.map { "\($0)" } ?? "") }
      result.text += line(cells)
      result.written += 1
    }
    return result
  }

  private func cell(_ value: JSONValue?, _ result: inout ExportedCases) -> String {
    guard let value else { return "" }
    if let text = value.string {
      if text.isEmpty { result.lose("whether an empty text was there") }
      return text
    }
    result.lose("which cells are JSON (--json-cell COLUMN reads them so)")
    return value.text()
  }

  private func line(_ cells: [String]) -> String {
    let quoted = cells.map { cell in
      let needsQuotes =
        cell.unicodeScalars.contains { "\"\r\n".unicodeScalars.contains($0) } || cell.contains(separator)
        || cell.first == " " || cell.last == " " || cell.hasPrefix("\u{FEFF}")
      return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }
    // A row of one empty cell would be a blank line.
    return (quoted == [""] ? "\"\"" : quoted.joined(separator: separator)) + "\n"
  }
}
