import Drawing
import Terminal

/// A plain table for the command line: columns as wide as their widest cell, two spaces between them, every text made
/// safe for the terminal. On a terminal that is too narrow, the columns of the lowest priority are left out.
struct TextTable {
  /// A column's heading, side and priority.
  struct Column {
    var title: String
    var alignment: Alignment
    var priority: Int
    init(_ title: String, _ alignment: Alignment = .left, priority: Int = 9) {
      self.title = title
      self.alignment = alignment
      self.priority = priority
    }
  }
  var columns: [Column]
  var rows: [[String]] = []

  init(_ columns: Column...) { self.columns = columns }
  init(_ columns: [Column]) { self.columns = columns }

  /// The table's lines, the heading first.
  /// - Parameter width: what the lines may take; any width where nil.
  func lines(width: Int?) -> [String] {
    let cells = [columns.map(\.title)] + rows.map { $0.map { TextWidth.singleLine($0) } }
    let widths = columns.indices.map { column in cells.map { TextWidth.columns(of: $0[column]) }.max() ?? 0 }
    // A column that says nothing in any row is left out.
    var shown = columns.indices.filter { column in rows.isEmpty || rows.contains { !$0[column].isEmpty } }
    func total() -> Int { shown.reduce(0) { $0 + widths[$1] } + 2 * max(0, shown.count - 1) }
    while let width, total() > width, shown.count > 1,
      let least = shown.reversed().min(by: { columns[$0].priority < columns[$1].priority }), columns[least].priority < 9
    {
      shown.removeAll { $0 == least }
    }
    return cells.map { row in
      let padded = shown.map { TextWidth.pad(row[$0], to: widths[$0], columns[$0].alignment) }
      return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
  }

  /// Prints it to standard output, as wide as a terminal is.
  func print() {
    for line in lines(width: Console.output.isTerminal ? Console.output.columns : nil) { Console.output.line(line) }
  }
}
