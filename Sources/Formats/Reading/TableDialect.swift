/// How a table is written: what stands between cells. Quotes are `"`, doubled inside a quoted cell (RFC 4180).
package struct TableDialect: Sendable, Hashable {
  /// The byte between cells.
  package var separator: UInt8

  /// A dialect.
  package init(separator: Character) { self.separator = separator.asciiValue ?? UInt8(ascii: ",") }

  /// Commas.
  package static let comma = TableDialect(separator: ",")
  /// Tabs.
  package static let tab = TableDialect(separator: "\t")

  /// What people call it.
  package var name: String {
    switch separator {
    case UInt8(ascii: ","): "CSV"
    case UInt8(ascii: "\t"): "TSV"
    case UInt8(ascii: ";"): "CSV with semicolons"
    default: "CSV with \"\(Character(Unicode.Scalar(separator)))\" between cells"
    }
  }

  /// The dialect that a file's first bytes are written in; nil where they are no table.
  ///
  /// A separator fits when the rows of the sample have as many cells as the header. Of those that fit the one with most
  /// columns counts: decimal commas in a file with semicolons rarely come in equal number.
  /// - Parameter isWhole: whether the bytes are all of the file, so that its last row is complete.
  package static func sniff(_ bytes: ArraySlice<UInt8>, isWhole: Bool, named name: String = "") -> TableDialect? {
    let lowered = name.lowercased()
    let isNamed = [".csv", ".tsv", ".tab", ".psv"].contains { lowered.hasSuffix($0) }
    var candidates: [(dialect: TableDialect, columns: Int, share: Double)] = []
    for separator: Character in [",", ";", "\t", "|"] {
      let dialect = TableDialect(separator: separator)
      let counts = rowLengths(bytes, dialect, isWhole: isWhole)
      guard let columns = counts.first, columns > 1 else { continue }
      let rows = counts.dropFirst()
      let share = rows.isEmpty ? 0 : Double(rows.count { $0 == columns }) / Double(rows.count)
      candidates.append((dialect, columns, share))
    }
    let best = candidates.max {
      ($0.share > 0.5 ? 1 : 0, $0.share, $0.columns) < ($1.share > 0.5 ? 1 : 0, $1.share, $1.columns)
    }
    if let best, best.share > 0.5 || isNamed { return best.dialect }
    guard isNamed else { return nil }
    return lowered.hasSuffix(".tsv") || lowered.hasSuffix(".tab") ? .tab : .comma
  }

  /// The numbers of cells of the first rows, the header's first.
  private static func rowLengths(_ bytes: ArraySlice<UInt8>, _ dialect: TableDialect, isWhole: Bool) -> [Int] {
    var counts: [Int] = []
    var cells = CellScanner(separator: dialect.separator)
    for byte in bytes.droppingMark {
      guard counts.count < 200 else { break }
      if case .row = cells.take(byte) {
        if !cells.isBlankRow { counts.append(cells.cellCount) }
        cells.startRow()
      }
    }
    if isWhole, !cells.isBlankRow { counts.append(cells.cellCount) }
    return counts
  }
}

/// Follows quotes, separators and line ends of a table, byte by byte.
struct CellScanner: Sendable {
  /// What a byte is.
  enum Step: Sendable { case content, quote, separator, row, passed, junk }

  private enum State: Sendable { case start, plain, quoted, quoteInQuoted }

  let separator: UInt8
  private var state = State.start
  private var sawReturn = false
  /// The cells of the row that is read, the one that isn't complete included.
  private(set) var cellCount = 1
  private(set) var isBlankRow = true

  init(separator: UInt8) { self.separator = separator }

  /// Whether a quoted cell is open.
  var isQuoted: Bool { state == .quoted }

  /// Begins a row.
  mutating func startRow() {
    cellCount = 1
    isBlankRow = true
    state = .start
  }

  mutating func take(_ byte: UInt8) -> Step {
    let afterReturn = sawReturn
    sawReturn = false
    if state == .quoted {
      if byte == UInt8(ascii: "\"") {
        state = .quoteInQuoted
        return .passed
      }
      return .content
    }
    if byte == 0x0A, afterReturn, state == .start, cellCount == 1, isBlankRow { return .passed }
    switch byte {
    case 0x0A, 0x0D:
      sawReturn = byte == 0x0D
      return .row
    case separator:
      state = .start
      cellCount += 1
      isBlankRow = false
      return .separator
    case UInt8(ascii: "\""):
      switch state {
      case .start:
        state = .quoted
        isBlankRow = false
        return .quote
      case .quoteInQuoted:
        state = .quoted
        return .content  // a doubled quote
      default: return .content
      }
    default:
      if state == .quoteInQuoted {
        // Blanks after a closed quote mean nothing.
        return byte == 0x20 || byte == 0x09 ? .passed : .junk
      }
      if state == .start { state = .plain }
      if byte != 0x20 && byte != 0x09 { isBlankRow = false }
      return .content
    }
  }
}
