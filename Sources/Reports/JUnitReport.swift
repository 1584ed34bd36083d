import NumberFormat

/// A report as JUnit's XML, which continuous integration reads: a suite for each variant on each set, a test for each
/// answer.
///
/// A wrong answer is a failure, a missing one an error, one that no grader could judge is skipped.
package enum JUnitReport {
  /// The most bytes of an answer that a failure shows.
  private static let mostText = 4_000

  /// The document, in UTF-8.
  package static func text(of document: ReportDocument) -> String {
    let entries = document.suites.flatMap(\.entries)
    var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
    lines.append(
      "<testsuites name=\"\(attribute(document.title))\" tests=\"\(entries.count)\" failures=\"\(count(.failed, entries))\" "
        + "errors=\"\(count(.unanswered, entries))\"\(time(entries))>")
    for (index, suite) in document.suites.enumerated() { lines += self.suite(suite, index) }
    lines.append("</testsuites>")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func count(
    _ standing: ReportDocument.Standing, _ entries: [ReportDocument.Suite.Entry]
  ) -> Int { entries.count { $0.answer.standing == standing } }

  /// The time that the answers took together; left out where none is known.
  private static func time(_ entries: [ReportDocument.Suite.Entry]) -> String {
    let times = entries.compactMap(\.answer.seconds)
    return times.isEmpty ? "" : " time=\"\(NumberFormat.fixed(times.reduce(0, +), decimals: 3))\""
  }

  private static func suite(_ suite: ReportDocument.Suite, _ index: Int) -> [String] {
    let name = attribute("\(suite.variant) × \(suite.set)")
    var lines = [
      "  <testsuite name=\"\(name)\" id=\"\(index)\" package=\"\(attribute(suite.set))\" tests=\"\(suite.entries.count)\" "
        + "failures=\"\(count(.failed, suite.entries))\" errors=\"\(count(.unanswered, suite.entries))\" "
        + "skipped=\"\(count(.unscored, suite.entries))\"\(time(suite.entries)) timestamp=\"\(attribute(suite.started))\" "
        + "hostname=\"localhost\">",
      "    <properties>", "      <property name=\"run\" value=\"\(suite.run)\"/>",
      "      <property name=\"variant\" value=\"\(attribute(suite.variant))\"/>",
      "      <property name=\"set\" value=\"\(attribute(suite.set))\"/>", "    </properties>",
    ]
    for entry in suite.entries { lines += test(entry, className: "\(suite.set).\(suite.variant)") }
    lines.append("  </testsuite>")
    return lines
  }

  private static func test(_ entry: ReportDocument.Suite.Entry, className: String) -> [String] {
    let answer = entry.answer
    let start =
      "    <testcase name=\"\(attribute(entry.name))\" classname=\"\(attribute(className))\""
      + time([entry])
    let message = attribute(answer.reasons.joined(separator: "; "))
    let element: String
    switch answer.standing {
    case .passed: return [start + "/>"]
    case .failed:
      element = "<failure message=\"\(message)\" type=\"wrong\">\(body(answer))</failure>"
    case .unanswered: element = "<error message=\"\(message)\" type=\"no-answer\"/>"
    case .unscored: element = "<skipped message=\"\(message)\"/>"
    }
    return [start + ">", "      " + element, "    </testcase>"]
  }

  private static func body(_ answer: ReportDocument.Answer) -> String {
    guard let text = answer.text else { return "" }
    let start = VisibleText.start(of: VisibleText.of(text), bytes: mostText)
    return HTMLText.escaped(start.text) + (start.cut > 0 ? "… (cut; \(NumberFormat.bytes(start.cut)) more)" : "")
  }

  /// A value of an attribute: at most 2,000 bytes, and line breaks and tabs as references, which XML would make spaces.
  private static func attribute(_ text: String) -> String {
    let start = VisibleText.start(of: text, bytes: 2_000)
    let escaped = HTMLText.escaped(start.text) + (start.cut > 0 ? "…" : "")
    return escaped.replacing("\n", with: "&#10;").replacing("\t", with: "&#9;")
  }
}
