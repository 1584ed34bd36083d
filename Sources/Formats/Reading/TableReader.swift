import Content

/// Reads a table row by row: the first row names the columns, each other one is an object of texts.
struct TableReader: RecordReading {
  private let limits: ReadLimits
  private var scanner: CellScanner
  /// The names of the columns, made distinct; nil until the header is read.
  private(set) var columns: [String]?
  private var cells: [[UInt8]] = [[]]
  /// The bytes of the row that is read, for reading them again where a quote is never closed.
  private var raw: [UInt8] = []
  private var line = 1
  private var column = 1
  private var rowLine = 1
  private var quote = (line: 1, column: 1)
  private var junk: (line: Int, column: Int)?
  private var recoveries = 0
  private static let mostRecoveries = 100
  private var isTooLong = false

  init(_ dialect: TableDialect, limits: ReadLimits) {
    self.limits = limits
    scanner = CellScanner(separator: dialect.separator)
  }

  mutating func feed(_ bytes: ArraySlice<UInt8>, into items: inout [RecordReader.Item]) {
    for byte in bytes { take(byte, into: &items) }
  }

  private mutating func take(_ byte: UInt8, into items: inout [RecordReader.Item]) {
    let place = (line, column)
    let isFeed = byte == 0x0A
    if isFeed {
      line += 1
      column = 1
    } else if byte & 0xC0 != 0x80 {
      column += 1
    }
    let step = scanner.take(byte)
    if raw.count < limits.recordBytes { raw.append(byte) } else { isTooLong = true }
    switch step {
    case .content: if !isTooLong { cells[cells.count - 1].append(byte) }
    case .quote: quote = place
    case .separator: if cells.count <= limits.columns { cells.append([]) }
    case .row: endRow(into: &items)
    case .junk: junk = junk ?? place
    case .passed:
      // The second half of a line end belongs to the row that is over.
      if isFeed, scanner.isBlankRow, !scanner.isQuoted { startRow() }
    }
    if isTooLong { recover(into: &items) }
  }

  private mutating func startRow() {
    scanner.startRow()
    cells = [[]]
    raw.removeAll(keepingCapacity: true)
    junk = nil
    rowLine = line
  }

  private mutating func endRow(into items: inout [RecordReader.Item]) {
    defer { startRow() }
    guard !scanner.isBlankRow else { return }
    if let junk {
      items.append(
        .failure(
          ImportFailure(
            line: junk.line, column: junk.column,
            "Text follows the closing quote of a cell; double the quotes that belong to the text.")))
      return
    }
    var texts: [String] = []
    for (index, cell) in cells.enumerated() {
      guard let text = String(validating: cell, as: UTF8.self) else {
        let name = columns.flatMap { $0.indices.contains(index) ? " of \"\($0[index])\"" : nil } ?? ""
        items.append(
          .failure(ImportFailure(line: rowLine, "The cell\(name) isn't UTF-8 text; save the file as UTF-8.")))
        return
      }
      texts.append(text)
    }
    guard let columns else {
      return readHeader(texts, into: &items)
    }
    // Spreadsheets pad rows with empty cells.
    while texts.count > columns.count, texts.last?.isEmpty == true { texts.removeLast() }
    guard texts.count == columns.count else {
      items.append(
        .failure(
          ImportFailure(
            line: rowLine,
            "The row has \(texts.count) cell\(texts.count == 1 ? "" : "s"), and the header names \(columns.count) columns. "
              + "Quote cells that hold the separator.")))
      return
    }
    let members = zip(columns, texts).filter { !($0.0.isEmpty && $0.1.isEmpty) }
    items.append(.record(Record(.object(JSONObject(members.map { (key: $0.0, value: .string($0.1)) })), line: rowLine)))
  }

  private mutating func readHeader(_ texts: [String], into items: inout [RecordReader.Item]) {
    var names: [String] = []
    var seen: Set<String> = []
    for (index, text) in texts.prefix(limits.columns).enumerated() {
      var name = text.trimmingBlanks
      if name.isEmpty { name = "column_\(index + 1)" }
      var copy = 2
      let stem = name
      while !seen.insert(name).inserted {
        name = "\(stem)_\(copy)"
        copy += 1
      }
      names.append(name)
    }
    if texts.count > limits.columns {
      items.append(.failure(ImportFailure(line: rowLine, "The header has more than \(limits.columns) columns.")))
    }
    columns = names
  }

  /// Gives up a row whose quote is never closed, and reads on after its first line.
  private mutating func recover(into items: inout [RecordReader.Item]) {
    let again = raw
    let isOpenQuote = scanner.isQuoted
    items.append(
      .failure(
        isOpenQuote
          ? ImportFailure(line: quote.line, column: quote.column, "The quote that opens here is never closed.")
          : ImportFailure(
            line: rowLine, "The row has more than \(limits.recordBytes >> 20) MiB, the most that is read.")))
    recoveries += 1
    let next = again.firstIndex(of: 0x0A)
    let firstLine = rowLine
    isTooLong = false
    if columns == nil { columns = [] }
    guard isOpenQuote, let next, recoveries <= Self.mostRecoveries else {
      startRow()
      return
    }
    line = firstLine + 1
    column = 1
    startRow()
    for byte in again[(next + 1)...] { take(byte, into: &items) }
  }

  mutating func finish(into items: inout [RecordReader.Item]) {
    var rounds = 0
    while scanner.isQuoted, rounds <= Self.mostRecoveries {
      rounds += 1
      recover(into: &items)
    }
    if !raw.isEmpty { endRow(into: &items) }
  }
}

extension String {
  /// The text without blanks at its ends.
  var trimmingBlanks: String {
    var text = self[...]
    while let first = text.unicodeScalars.first, first.properties.isWhitespace { text = text.dropFirst() }
    while let last = text.unicodeScalars.last, last.properties.isWhitespace { text = text.dropLast() }
    return String(text)
  }
}
