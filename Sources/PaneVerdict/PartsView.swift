import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// What both sides score on parts of the set, a table for each kind of part.
struct PartsView {
  private let breakdown: RunBreakdown
  private let report: VerdictReport

  init(_ breakdown: RunBreakdown, _ report: VerdictReport) {
    self.breakdown = breakdown
    self.report = report
  }

  /// The variants whose scores are shown, in the order of the breakdown's runs.
  static func sides(_ report: VerdictReport) -> [Run] { [report.prompted, report.tuned].compactMap(\.self) }

  /// A row for each part, in words that stay on one row.
  func lines(width: Int) -> [VerdictLine] {
    let sides = Self.sides(report)
    var lines: [VerdictLine] = []
    for kind in RunBreakdown.Kind.allCases {
      guard let parts = breakdown.parts[kind], !parts.isEmpty else { continue }
      let layout = Layout(width: width, names: parts.map(\.name), isPaired: sides.count == 2)
      var head = VerdictLine.heading(
        layout.row(
          Self.title(kind), "cases", sides.map(\.variant.name), sides.count == 2 ? "difference, points" : ""))
      head.isFixed = true
      lines.append(head)
      for part in parts {
        let scores = part.scores.map { $0.map { NumberFormat.percent($0) } ?? "–" }
        let difference = part.pairs.flatMap { pairs in
          pairs.count > 0
            ? "\(NumberFormat.signedPoints(pairs.difference)) [\(NumberFormat.signedPoints(pairs.interval.low)), "
              + "\(NumberFormat.signedPoints(pairs.interval.high))]" : nil
        }
        var line = VerdictLine(
          .detail("\(kind.rawValue) \(part.name)"),
          layout.row(part.name, "\(part.cases)", scores, difference ?? (sides.count == 2 ? "–" : "")))
        line.isFixed = true
        if let pairs = part.pairs, pairs.count > 0, pairs.pValue <= pairs.alpha {
          line.style = pairs.difference > 0 ? .success : .error
        }
        if sides.count == 2 { line.opening = .source(.runs(sides[0].id, sides[1].id, set: report.set)) }
        lines.append(line)
      }
    }
    guard !lines.isEmpty else {
      return [
        VerdictLine(
          .nothing, "The cases have no tags, and no labels or fields are expected of them: there are no parts to show.")
      ]
    }
    if sides.count == 2 {
      lines.append(
        VerdictLine(
          .detail("note"),
          "Intervals of 95 %; those of differences are widened for the number of parts. Parts describe a difference and decide "
            + "nothing.", style: .textDim))
    }
    return lines
  }

  /// A heading for a kind of part.
  private static func title(_ kind: RunBreakdown.Kind) -> String {
    switch kind {
    case .tag: "tag"
    case .label: "expected"
    case .field: "field"
    }
  }

  /// Columns that fit a width: names give way first.
  private struct Layout {
    private static let (cases, score, difference) = (5, 16, 18)
    let name: Int
    let isPaired: Bool

    init(width: Int, names: [String], isPaired: Bool) {
      self.isPaired = isPaired
      let figures = 2 + Self.cases + (isPaired ? 2 : 1) * (2 + Self.score) + (isPaired ? 2 + Self.difference : 0)
      let longest = names.map { TextWidth.columns(of: TextWidth.singleLine($0)) }.max() ?? 0
      name = max(8, min(max(10, longest), width - figures))
    }

    func row(_ name: String, _ cases: String, _ scores: [String], _ difference: String) -> String {
      var cells = [left(name, self.name), right(cases, Self.cases)]
      cells += scores.map { right($0, Self.score) }
      if isPaired { cells.append(right(difference, Self.difference)) }
      return cells.joined(separator: "  ")
    }

    private func clipped(_ text: String, _ width: Int) -> String {
      TextWidth.clippedInTheMiddle(TextWidth.singleLine(text), to: width)
    }

    private func left(_ text: String, _ width: Int) -> String {
      let text = clipped(text, width)
      return text + String(repeating: " ", count: max(0, width - TextWidth.columns(of: text)))
    }

    private func right(_ text: String, _ width: Int) -> String {
      let text = clipped(text, width)
      return String(repeating: " ", count: max(0, width - TextWidth.columns(of: text))) + text
    }
  }
}
