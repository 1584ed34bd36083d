import Drawing
import Evidence
import WorkbenchCore

/// What people weigh besides the score, both ways side by side: next to each other where there is room, else below each
/// other.
struct CriteriaView {
  private let rows: [Criteria.Row]

  init(_ report: VerdictReport) { rows = report.criteria }

  /// A line for each criterion.
  var lines: [VerdictLine] {
    rows.map { row in
      var line = VerdictLine(.detail(row.criterion.rawValue), row.criterion.title)
      line.opening = row.tuned.basis == .stated || row.criterion == .cost ? .fact(nil) : nil
      line.criterion = row
      return line
    }
  }

  /// A criterion's rows.
  static func rows(_ row: Criteria.Row, width: Int, theme: Theme) -> [[Span]] {
    let sides = [(Criteria.Way.prompting, row.prompted), (.tuning, row.tuned)]
    func sentence(_ side: Criteria.Side) -> [Span] {
      [Span(side.text), Span(" (\(side.basis.words))", theme[side.basis == .unknown ? .warning : .textDim])]
    }
    func sign(_ way: Criteria.Way) -> Span {
      row.favours == way ? Span("▸ ", theme[way == .prompting ? .badgePrompted : .badgeTuned]) : Span("  ")
    }
    let title = Span(row.criterion.title, theme[.textStrong])
    guard width >= 96 else {
      let word = 11
      return [[title]]
        + sides.flatMap { way, side in
          let lines = sentence(side).wrapped(to: max(10, width - 2 - word))
          return lines.enumerated().map { place, line in
            [place == 0 ? sign(way) : Span("  ")]
              + [place == 0 ? padded(way.rawValue, word, theme[.textDim]) : padded("", word, .plain)] + line
          }
        }
    }
    let first = 18
    let column = (width - first) / 2
    let columns = sides.map { sentence($0.1).wrapped(to: column - 4) }
    return (0..<max(columns[0].count, columns[1].count)).map { place in
      var line = [place == 0 ? padded(row.criterion.title, first, theme[.textStrong]) : padded("", first, .plain)]
      for (side, lines) in columns.enumerated() {
        let words = lines.indices.contains(place) ? lines[place] : []
        let used = words.reduce(0) { $0 + $1.columns }
        line += [place == 0 ? sign(sides[side].0) : Span("  ")] + words + [padded("", column - 2 - used, .plain)]
      }
      return line
    }
  }

  private static func padded(_ text: String, _ width: Int, _ style: Style) -> Span {
    Span(text + String(repeating: " ", count: max(0, width - TextWidth.columns(of: text))), style)
  }
}
