import Foundation
import NumberFormat

/// Scores, the comparison, parts of the set and labels.
extension HTMLReport {
  private static let mostRows = 60

  /// Whether a variant is tuned; of names that aren't there, no.
  func isTuned(_ name: String) -> Bool { document.variants.first { $0.name == name }?.isTuned == true }

  /// `p` for a prompted variant and `t` for a tuned one: the end of the names of their styles.
  func kind(_ name: String) -> String { isTuned(name) ? "t" : "p" }

  func badge(_ isTuned: Bool) -> String {
    "<span class=\"badge \(isTuned ? "t" : "p")\">\(isTuned ? "tuned" : "prompted")</span>"
  }

  private static let shareAxis =
    "<span class=\"axis\"><span>0</span><span class=\"mid\">25</span><span>50</span><span class=\"mid\">75</span>"
    + "<span>100 %</span></span>"

  var scores: String {
    guard !document.variants.isEmpty else {
      return "<p>No variant has been evaluated on this set yet: <code>assay eval</code> does it.</p>"
    }
    let rows = document.variants.prefix(Self.mostRows).map { one in
      let outdated = one.isOutdated ? " <span class=\"warn\">changed since</span>" : ""
      let unscored = one.unscored > 0 ? " <span class=\"warn\">\(one.unscored) not scored</span>" : ""
      let errors = one.errors > 0 ? " <span class=\"bad\">\(NumberFormat.plural(one.errors, "error"))</span>" : ""
      return """
        <tr><th scope="row" class="who">\(badge(one.isTuned)) \(HTMLText.name(one.name))\(outdated)</th>\
        <td class="plotcell">\(plot(one.score, one.isTuned ? "t" : "p"))</td>\
        <td class="n">\(share(one.score))</td>\
        <td>\(HTMLText.line(one.cases, bytes: 20))\(unscored)\(errors)</td>\
        <td class="n wide">\(one.format.map { NumberFormat.percent($0.mean) } ?? "–")</td>\
        <td class="n wide">\(one.median.map(NumberFormat.duration) ?? "–")</td>\
        <td class="n wide">\(one.slow.map(NumberFormat.duration) ?? "–")</td>\
        <td class="n wide">\(tokens(one.promptTokens)) / \(tokens(one.answerTokens))</td>\
        <td class="n wide">\(HTMLText.line(one.cost ?? "–", bytes: 20))</td>\
        <td class="n wide">\(one.run)</td></tr>
        """
    }
    let more = document.variants.count - rows.count
    return """
      <div class="scroll"><table><thead><tr><th scope="col">Variant</th><th scope="col">\(Self.shareAxis)</th>\
      <th scope="col" class="n">Score</th><th scope="col">Cases</th><th scope="col" class="n wide">Valid</th>\
      <th scope="col" class="n wide">p50</th><th scope="col" class="n wide">p95</th>\
      <th scope="col" class="n wide">Tokens in / out</th><th scope="col" class="n wide">Cost</th>\
      <th scope="col" class="n wide">Run</th></tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      \(more > 0 ? "<p class=\"cut\">\(NumberFormat.plural(more, "more variant")) not shown.</p>" : "")
      """
  }

  private func tokens(_ mean: Double?) -> String { mean.map { NumberFormat.count($0) } ?? "–" }

  private func share(_ share: ReportDocument.Share?) -> String {
    share.map { NumberFormat.percent($0.mean, $0.low, $0.high) } ?? "–"
  }

  /// The same where a phone has room for the mean alone.
  private func compactShare(_ share: ReportDocument.Share?) -> String {
    let text = self.share(share)
    guard let bracket = text.range(of: " [") else { return text }
    return text[..<bracket.lowerBound] + "<span class=\"wide\">" + text[bracket.lowerBound...] + "</span>"
  }

  /// A mean with its interval between 0 and 1.
  private func plot(_ share: ReportDocument.Share?, _ kind: String) -> String {
    guard let share else { return "" }
    let grid = [0, 25, 50, 75, 100].map { "M\($0) 0V16" }.joined()
    return svg(
      "\(NumberFormat.percent(share.mean, share.low, share.high))",
      "<path class=\"grid\" d=\"\(grid)\"/>" + mark(share.mean * 100, share.low * 100, share.high * 100, kind))
  }

  /// A difference with its interval, 0 in the middle and `scale` at both ends.
  private func differencePlot(_ difference: ReportDocument.Difference, scale: Double) -> String {
    func place(_ value: Double) -> Double { 50 + 50 * max(-1, min(1, value / scale)) }
    let kind = difference.low > 0 ? "good" : difference.high < 0 ? "bad" : "n"
    return svg(
      points(difference),
      "<path class=\"zero\" d=\"M50 0V16\"/>"
        + mark(place(difference.mean), place(difference.low), place(difference.high), kind))
  }

  private func mark(_ mean: Double, _ low: Double, _ high: Double, _ kind: String) -> String {
    "<path class=\"range s-\(kind)\" d=\"M\(coordinate(low)) 8H\(coordinate(high))\"/>"
      + "<path class=\"dot s-\(kind)\" d=\"M\(coordinate(mean)) 8h.01\"/>"
  }

  private func svg(_ label: String, _ content: String) -> String {
    "<svg class=\"plot\" viewBox=\"0 0 100 16\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"\(label)\">\(content)</svg>"
  }

  /// A coordinate with at most two decimals.
  func coordinate(_ value: Double) -> String { value.isFinite ? NumberFormat.trimmed(value, decimals: 2) : "0" }

  private func points(_ difference: ReportDocument.Difference) -> String {
    NumberFormat.points(difference.mean, difference.low, difference.high)
  }

  // MARK: - Compared

  var compared: String {
    guard let comparison = document.comparison, document.sides.count == 2 else { return "" }
    let (first, second) = (document.sides[0], document.sides[1])
    let tiles: [(String, String)] = [
      ("\(comparison.onlySecond)", "only \(HTMLText.name(second)) right"),
      ("\(comparison.onlyFirst)", "only \(HTMLText.name(first)) right"), ("\(comparison.bothRight)", "both right"),
      ("\(comparison.bothWrong)", "both wrong"),
    ]
    var html = "<p>\(HTMLText.line(comparison.sentence, bytes: 1_200))</p>"
    html += "<ul class=\"tiles\">" + tiles.map { "<li><b>\($0.0)</b><span>\($0.1)</span></li>" }.joined() + "</ul>"
    let notes =
      comparison.notes
      + (comparison.undecided > 0
        ? [
          "\(NumberFormat.plural(comparison.undecided, "case")) without an answer or a score in one of the two are left out."
        ]
        : [])
    for note in notes { html += "<p class=\"quiet\">\(HTMLText.line(note, bytes: 800))</p>" }
    return html
  }

  // MARK: - Parts

  var parts: String {
    document.breakdowns.filter { !$0.rows.isEmpty }.map(breakdown).joined(separator: "\n")
  }

  private func breakdown(_ breakdown: ReportDocument.Breakdown) -> String {
    let ends = breakdown.rows.compactMap(\.difference).flatMap { [abs($0.low), abs($0.high)] }
    // The axis ends at a multiple of ten points.
    let scale = max(0.1, ((ends.max() ?? 0.1) * 10).rounded(.up) / 10)
    let hasDifference = !ends.isEmpty
    let rows = breakdown.rows.prefix(Self.mostRows).map { row in
      let scores = row.scores.map { "<td class=\"n\">\(compactShare($0))</td>" }.joined()
      let difference = row.difference.map { (differencePlot($0, scale: scale), points($0)) } ?? ("", "–")
      return "<tr><th scope=\"row\">\(HTMLText.name(row.name))</th><td class=\"n wide\">\(row.cases)</td>\(scores)"
        + (hasDifference ? "<td class=\"plotcell\">\(difference.0)</td><td class=\"n wide\">\(difference.1)</td>" : "")
        + "</tr>"
    }
    let sides = document.sides.map { "<th scope=\"col\" class=\"n \(kind($0))\">\(HTMLText.name($0))</th>" }.joined()
    let end = NumberFormat.signedPoints(scale)
    let axis =
      "<th scope=\"col\"><span class=\"axis\"><span>\(NumberFormat.signedPoints(-scale))</span><span>0</span><span>\(end)</span></span></th>"
      + "<th scope=\"col\" class=\"n wide\">Difference</th>"
    return """
      <h3>\(HTMLText.line(breakdown.title))</h3>
      <div class="scroll"><table><thead><tr><th scope="col">\(HTMLText.line(breakdown.title))</th>\
      <th scope="col" class="n wide">Cases</th>\(sides)\(hasDifference ? axis : "")</tr></thead>\
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      """
  }

  // MARK: - Labels

  var confusions: String {
    guard !document.confusions.isEmpty else { return "" }
    return
      "<p class=\"quiet\">Rows are what was expected, columns what was answered. Right answers stand on the diagonal.</p>"
      + document.confusions.prefix(12).map(confusion).joined(separator: "\n")
  }

  private func confusion(_ matrix: ReportDocument.Confusion) -> String {
    let head =
      matrix.labels.map { "<th scope=\"col\" class=\"n\">\(HTMLText.name($0))</th>" }.joined()
      + "<th scope=\"col\" class=\"n\"><i>any other</i></th>"
    let rows = matrix.labels.indices.map { row in
      let total = matrix.counts[row].reduce(0, +)
      let cells = matrix.counts[row].indices.map { column in
        let count = matrix.counts[row][column]
        let share = total > 0 ? Double(count) / Double(total) : 0
        let heat = count == 0 ? 0 : min(4, Int((share * 4).rounded(.up)))
        let classes = [heat > 0 ? "h\(heat)" : "", row == column ? "hit" : ""].filter { !$0.isEmpty }
        return "<td\(classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\"")>\(count)</td>"
      }
      return "<tr><th scope=\"row\">\(HTMLText.name(matrix.labels[row]))</th>\(cells.joined())"
        + "<td class=\"n\">\(compactShare(matrix.recall[row]))</td><td class=\"n wide\">\(share(matrix.precision[row]))</td></tr>"
    }
    let field = matrix.field.map { " · <code>\(HTMLText.line($0, bytes: 80))</code>" } ?? ""
    return """
      <h3>\(badge(isTuned(matrix.variant))) \(HTMLText.name(matrix.variant))\(field)</h3>
      <div class="scroll"><table class="matrix"><thead><tr><th scope="col">expected</th>\(head)\
      <th scope="col" class="n">found<span class="wide"> (recall)</span></th><th scope="col" class="n wide">right when said (precision)</th></tr></thead>\
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      """
  }
}
