import NumberFormat

/// A report in brief as Markdown, to go under a pull request.
package enum MarkdownReport {
  /// The most rows of a table.
  private static let mostRows = 20

  /// The text of a report.
  package static func text(of document: ReportDocument) -> String {
    let sections = [
      head(document), scores(document), compared(document), parts(document), cost(document), criteria(document),
      next(document),
      differing(document),
      "Assay \(MarkdownText.line(document.version)) · eval set \(MarkdownText.code(document.set)) · \(MarkdownText.line(document.made))\n",
    ]
    return sections.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private static func head(_ document: ReportDocument) -> String {
    let verdict = document.verdict
    var text = "## \(MarkdownText.line(document.title)): \(MarkdownText.line(verdict.recommendation))\n\n"
    text += "\(MarkdownText.line(document.sentence(verdict.headline)))\n\n\(MarkdownText.line(verdict.confidence))\n"
    if let set = document.decidingSet { text += "\nThe verdict goes by the eval set \(MarkdownText.code(set)).\n" }
    if !verdict.objections.isEmpty {
      text += "\n**What speaks against it**\n\n" + list(verdict.objections.map(document.sentence))
    }
    return text
  }

  private static func list(_ statements: [String]) -> String {
    statements.prefix(mostRows).map { "- \(MarkdownText.line($0))\n" }.joined()
  }

  private static func table(_ head: [(String, isNumber: Bool)], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    return line(head.map(\.0)) + line(head.map { $0.isNumber ? "---:" : "---" })
      + rows.prefix(mostRows).map(line).joined()
      + (rows.count > mostRows ? "\n\(rows.count - mostRows) more rows are not shown.\n" : "")
  }

  private static func share(_ share: ReportDocument.Share?) -> String {
    share.map { cell(NumberFormat.percent($0.mean, $0.low, $0.high)) } ?? "–"
  }

  private static func points(_ difference: ReportDocument.Difference?) -> String {
    difference.map { cell(NumberFormat.points($0.mean, $0.low, $0.high)) } ?? "–"
  }

  /// Brackets behind a text would make it a link.
  private static func cell(_ text: String) -> String { text.replacing("[", with: "\\[").replacing("]", with: "\\]") }

  private static func scores(_ document: ReportDocument) -> String {
    guard !document.variants.isEmpty else { return "No variant has been evaluated on this set yet.\n" }
    return table(
      [
        ("variant", false), ("", false), ("score", true), ("cases", true), ("valid", true), ("p50", true),
        ("cost", true),
        ("run", true),
      ],
      document.variants.map { one in
        [
          MarkdownText.code(one.name), (one.isTuned ? "tuned" : "prompted") + (one.isOutdated ? ", changed since" : ""),
          share(one.score), MarkdownText.line(one.cases, bytes: 20),
          one.format.map { NumberFormat.percent($0.mean) } ?? "–", one.median.map(NumberFormat.duration) ?? "–",
          MarkdownText.line(one.cost ?? "–", bytes: 20), "\(one.run)",
        ]
      })
  }

  private static func compared(_ document: ReportDocument) -> String {
    guard let comparison = document.comparison, document.sides.count == 2 else { return "" }
    let names = document.sides.map { MarkdownText.code($0) }
    var text = "\(MarkdownText.line(comparison.sentence, bytes: 1_200))\n\n"
    text += "Only \(names[1]) right: \(comparison.onlySecond) · only \(names[0]) right: \(comparison.onlyFirst) · "
    text += "both right: \(comparison.bothRight) · both wrong: \(comparison.bothWrong)"
    text += (comparison.undecided > 0 ? " · not compared: \(comparison.undecided)" : "") + "\n"
    for note in comparison.notes { text += "\n\(MarkdownText.line(note))\n" }
    return text
  }

  private static func parts(_ document: ReportDocument) -> String {
    document.breakdowns.filter { !$0.rows.isEmpty }.map { breakdown in
      table(
        [(MarkdownText.line(breakdown.title), false), ("cases", true)]
          + document.sides.map { (MarkdownText.code($0), true) } + [("difference", true)],
        breakdown.rows.map { row in
          [MarkdownText.code(row.name), "\(row.cases)"] + row.scores.map(share) + [points(row.difference)]
        })
    }.joined(separator: "\n")
  }

  private static func cost(_ document: ReportDocument) -> String {
    guard let cost = document.cost else { return "" }
    var text = "**Cost.** \(MarkdownText.line(document.sentence(cost.sentence)))\n"
    if !cost.chances.isEmpty {
      let chances = cost.chances.map { "\($0.months) months \(NumberFormat.chance($0.probability))" }
      text += "\nPaid for itself within: \(chances.joined(separator: " · "))"
      text += (cost.never.map { " · never \(NumberFormat.chance($0))" } ?? "") + "\n"
    }
    if let first = cost.tornado.first {
      text +=
        "\nWhat matters most: \(MarkdownText.code(first.name)) (net after a year \(NumberFormat.dollars(first.atLow)) at its low end, "
        + "\(NumberFormat.dollars(first.atHigh)) at its high end)\n"
    }
    return text
  }

  private static func criteria(_ document: ReportDocument) -> String {
    guard !document.criteria.isEmpty else { return "" }
    func side(_ side: ReportDocument.Criterion.Side) -> String {
      "\(MarkdownText.line(side.text)) *(\(MarkdownText.line(side.basis, bytes: 20)))*"
    }
    let rows = document.criteria.map { one in
      let sign = one.favours == .prompting ? "prompting" : one.favours == .tuning ? "tuning" : "–"
      return [MarkdownText.line(one.name, bytes: 60), side(one.prompted), side(one.tuned), sign]
    }
    return "<details><summary>Side by side</summary>\n\n"
      + table([("", false), ("prompting", false), ("tuning", false), ("speaks for", false)], rows) + "\n</details>\n"
  }

  private static func next(_ document: ReportDocument) -> String {
    guard !document.verdict.missing.isEmpty else { return "" }
    return "**What would settle more**\n\n"
      + document.verdict.missing.prefix(mostRows).map { step in
        "- \(MarkdownText.line(document.sentence(step.statement)))"
          + (step.command.map { " \(MarkdownText.code($0, bytes: 300))" } ?? "") + "\n"
      }.joined()
  }

  private static func differing(_ document: ReportDocument) -> String {
    guard document.sides.count == 2 else { return "" }
    let cases = document.cases.filter { $0.group == .onlySecond || $0.group == .onlyFirst }
      .sorted { $0.group < $1.group }
    guard !cases.isEmpty else { return "" }
    let rows = cases.map { one in
      [MarkdownText.code(one.id)]
        + one.answers.map { answer in
          answer.map { "\($0.standing.mark) " + ($0.text.map { MarkdownText.code($0, bytes: 120) } ?? "no answer") }
            ?? "not asked"
        }
    }
    let count = NumberFormat.plural(cases.count, "case")
    return "<details><summary>\(count) that only one of the two got right</summary>\n\n"
      + table([("case", false)] + document.sides.map { (MarkdownText.code($0), false) }, rows) + "\n</details>\n"
  }
}
