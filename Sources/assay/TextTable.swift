import Drawing

/// A plain table for the command line: columns as wide as their widest cell, two spaces between them, and every text
/// made safe for the terminal.
struct TextTable {
  /// A column's heading and side.
  struct Column {
    var title: String
    var alignment: Alignment = .left
    init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }
  var columns: [Column]
  var rows: [[String]] = []

  init(_ columns: Column...) { self.columns = columns }

  /// The table's lines, the heading first.
  var lines: [String] {
    let cells = [columns.map(\.title)] + rows.map { $0.map { TextWidth.sanitized($0) } }
    let widths = columns.indices.map { column in cells.map { TextWidth.columns(of: $0[column]) }.max() ?? 0 }
    return cells.map { row in
      let padded = columns.indices.map { TextWidth.pad(row[$0], to: widths[$0], columns[$0].alignment) }
      return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
  }

  func print() { for line in lines { Swift.print(line) } }
}
