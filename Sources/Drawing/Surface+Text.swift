/// Neighbouring cells of one row that look alike.
package struct StyledRun: Hashable, Sendable {
  /// Where it begins.
  package var origin: Point
  /// What it shows.
  package var text: String
  /// The columns it takes.
  package var columns: Int
  /// How it looks.
  package var style: Style
}

extension Surface {
  /// One row as plain text, without the spaces at its end.
  package func line(_ y: Int) -> String {
    guard y >= 0, y < size.height else { return "" }
    var text = ""
    for x in 0..<size.width where self[x, y].columns > 0 { text += self[x, y].glyph.text }
    while text.last == " " { text.removeLast() }
    return text
  }

  /// All rows as plain text, as tests compare them: no spaces at line ends, no empty lines at the end.
  package func text() -> String {
    var lines = (0..<size.height).map { line($0) }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  /// The cells as runs of one style, row by row.
  package func styledRuns() -> [StyledRun] {
    var runs: [StyledRun] = []
    for y in 0..<size.height {
      var run: StyledRun?
      for x in 0..<size.width {
        let cell = self[x, y]
        guard cell.columns > 0 else { continue }
        if run?.style != cell.style {
          if let run { runs.append(run) }
          run = StyledRun(origin: Point(x: x, y: y), text: "", columns: 0, style: cell.style)
        }
        run?.text += cell.glyph.text
        run?.columns += Int(cell.columns)
      }
      if let run { runs.append(run) }
    }
    return runs
  }
}
