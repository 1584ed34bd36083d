import Content
import NumberFormat

/// A report as one file that a browser shows without a script and without another request: light, dark and printed.
///
/// At up to ``mostCases`` cases it stays below ``mostBytes``: texts are cut as far as that needs, and each says so.
package struct HTMLReport: Sendable {
  /// The largest file, in bytes.
  package static let mostBytes = 2_000_000
  /// The most cases that are shown; those that tell the sides apart come first.
  package static let mostCases = 1_000

  let document: ReportDocument
  /// The most bytes of each text of a case.
  var textLimit: Int

  /// The page of a report, in UTF-8.
  package static func text(of document: ReportDocument) -> String {
    var page = ""
    for limit in [4_000, 2_000, 1_200, 800, 500, 300, 200, 120, 60] {
      let report = HTMLReport(document: document, textLimit: limit)
      if report.estimate > mostBytes, limit > 60 { continue }
      page = report.page
      if page.utf8.count <= mostBytes { break }
    }
    return page
  }

  /// The least bytes of a case without its texts.
  private static let leastCase = 1_000

  /// The least size that the cases can have.
  private var estimate: Int {
    document.cases.prefix(Self.mostCases).reduce(0) { sum, one in
      let texts = [one.input, one.expected ?? ""] + one.answers.compactMap { $0?.text }
      return sum + Self.leastCase + texts.reduce(0) { $0 + min(textLimit, $1.utf8.count) }
    }
  }

  private var page: String {
    let name = HTMLText.line(document.title, bytes: 200)
    let sections = [
      ("scores", "Scores", scores), ("compared", "Compared", compared), ("parts", "By part", parts),
      ("labels", "Labels", confusions), ("cost", "Cost", cost), ("criteria", "Side by side", criteria),
      ("reasons", "Reasons", reasons),
      ("next", "What next", next), ("cases", "Cases", cases),
    ].filter { !$0.2.isEmpty }
    let links = sections.map { "<a href=\"#\($0.0)\">\($0.1)</a>" }.joined()
    let body = sections.map { "<section id=\"\($0.0)\"><h2>\($0.1)</h2>\n\($0.2)</section>\n" }.joined()
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(HTMLStyle.policy)">
      <meta name="viewport" content="width=device-width,initial-scale=1">
      <meta name="referrer" content="no-referrer">
      <title>\(name) · Assay</title>
      <style>\(HTMLStyle.sheet)</style>
      </head>
      <body>
      <header>
      <p class="over">Assay report · eval set \(HTMLText.name(document.set)) · \(HTMLText.line(document.made))</p>
      <h1>\(name)</h1>
      <nav aria-label="Sections">\(links)</nav>
      \(answer)
      </header>
      <main>
      \(body)</main>
      <footer><p>Made by Assay \(HTMLText.line(document.version)) from stored answers; no model was asked. Intervals are
      95 % intervals; the documentation of the verdict names every rule and threshold.</p></footer>
      </body>
      </html>

      """
  }
}

// MARK: - The verdict

extension HTMLReport {
  private var answer: String {
    let verdict = document.verdict
    var parts = [
      "<p class=\"what\">\(HTMLText.line(verdict.recommendation))</p>",
      "<p class=\"why\">\(sentence(verdict.headline))</p>",
      "<p class=\"quiet\">\(HTMLText.line(verdict.confidence, bytes: 800))</p>",
    ]
    if let set = document.decidingSet {
      parts.append("<p class=\"quiet\">The verdict goes by the eval set \(HTMLText.name(set)).</p>")
    }
    if !verdict.objections.isEmpty {
      parts.append("<h3>What speaks against it</h3>")
      parts.append(points(verdict.objections.map { .init(.against, $0) }))
    }
    return "<div class=\"answer \(verdict.direction.rawValue)\">\(parts.joined(separator: "\n"))</div>"
  }

  fileprivate var reasons: String {
    guard !document.verdict.lines.isEmpty else { return "" }
    let shown = Set(document.verdict.lines.map(\.direction))
    let key = ReportDocument.Verdict.Direction.allCases.filter(shown.contains).map {
      "<span class=\"\($0.style)\"><b>\($0.mark)</b> \($0.words)</span>"
    }
    return points(document.verdict.lines) + "<p class=\"key\">\(key.joined())</p>"
  }

  fileprivate var next: String {
    let verdict = document.verdict
    var html = ""
    if !verdict.missing.isEmpty {
      let steps = verdict.missing.map { step in
        "<li><b>·</b>\(sentence(step.statement))"
          + (step.command.map { " <code>\(HTMLText.line($0))</code>" } ?? "") + "</li>"
      }
      html += "<h3>What would settle more</h3><ul class=\"points\">\(steps.joined())</ul>"
    }
    if !verdict.flips.isEmpty {
      html += "<h3>What would turn it</h3>" + points(verdict.flips.map { .init(.neutral, $0) })
    }
    return html
  }

  private func points(_ lines: [ReportDocument.Verdict.Line]) -> String {
    let items = lines.prefix(200).map { line in
      let source = line.source.map { " <span class=\"quiet\">(\(HTMLText.line($0)))</span>" } ?? ""
      return
        "<li class=\"\(line.direction.rawValue)\"><b>\(line.direction.mark)</b>\(sentence(line.statement))\(source)</li>"
    }
    return "<ul class=\"points\">\(items.joined())</ul>"
  }

  /// A statement as a sentence.
  func sentence(_ text: String) -> String { HTMLText.line(document.sentence(text), bytes: 800) }
}

extension ReportDocument {
  /// A statement with an upper-case first letter, where that is not part of a key or of a variant's name, and a full stop.
  func sentence(_ statement: String) -> String {
    let word = statement.prefix { !$0.isWhitespace }
    let isName = variants.contains { statement.hasPrefix($0.name) }
    let isWord = !isName && word.allSatisfy { $0.isLetter || ",;:'’".contains($0) }
    let start = isWord ? statement.prefix(1).uppercased() + statement.dropFirst() : statement
    return start + (statement.last.map(".?!:".contains) == true ? "" : ".")
  }
}

extension ReportDocument.Verdict.Direction: CaseIterable {
  package static let allCases: [Self] = [.prompting, .tuning, .combining, .against, .neutral, .unknown]

  /// The sign that Assay shows for it.
  var mark: String {
    switch self {
    case .prompting: "P"
    case .tuning: "T"
    case .combining: "H"
    case .against: "!"
    case .neutral: "·"
    case .unknown: "?"
    }
  }

  var words: String {
    switch self {
    case .prompting: "for prompting"
    case .tuning: "for tuning"
    case .combining: "for combining both"
    case .against: "against trusting it"
    case .neutral: "changes nothing"
    case .unknown: "not known"
    }
  }

  /// The class of its colour.
  fileprivate var style: String {
    switch self {
    case .prompting: "p"
    case .tuning: "t"
    case .combining, .neutral: "quiet"
    case .against: "bad"
    case .unknown: "warn"
    }
  }
}
