import Content
import NumberFormat

/// Every case with the answers of both sides, grouped by who got it right; each has an anchor.
extension HTMLReport {
  var cases: String {
    guard !document.cases.isEmpty, !document.sides.isEmpty else { return "" }
    let grouped = Dictionary(grouping: document.cases, by: \.group)
    var left = Self.mostCases
    var html = ""
    for group in ReportDocument.Case.Group.allCases {
      guard let all = grouped[group], !all.isEmpty else { continue }
      let shown = all.prefix(left)
      left -= shown.count
      html += "<h3>\(title(of: group)) <span class=\"quiet\">(\(NumberFormat.count(all.count)))</span></h3>\n"
      html += shown.map(row).joined(separator: "\n")
      if shown.count < all.count {
        html +=
          "<p class=\"cut\">\(NumberFormat.plural(all.count - shown.count, "more case")) not shown; "
          + "<code>assay outputs</code> lists them.</p>"
      }
    }
    return html
  }

  private func title(of group: ReportDocument.Case.Group) -> String {
    let names = document.sides.map { HTMLText.name($0) }
    guard names.count == 2 else {
      switch group {
      case .bothWrong, .onlyFirst, .onlySecond: return "Failed"
      case .bothRight: return "Passed"
      case .undecided: return "Without an answer or a score"
      }
    }
    switch group {
    case .onlySecond: return "Only \(names[1]) right"
    case .onlyFirst: return "Only \(names[0]) right"
    case .bothWrong: return "Both wrong"
    case .bothRight: return "Both right"
    case .undecided: return "Without an answer or a score in one of the two"
    }
  }

  private func row(_ one: ReportDocument.Case) -> String {
    let standings = one.answers.map { $0?.standing ?? .unanswered }
    let marks = standings.map { "<span class=\"\($0.style)\" title=\"\($0.words)\">\($0.mark)</span>" }.joined()
    let tags = one.tags.prefix(6).map { HTMLText.line($0, bytes: 40) }.joined(separator: " · ")
    let anchor = HTMLText.anchor(ofCase: one.id)
    let expected = one.expected.map { "<div><h4>Expected</h4>\(text($0))</div>" } ?? ""
    // The answers differ in what is shown of them at most.
    let texts = one.answers.map { $0?.text.map { VisibleText.start(of: VisibleText.of($0), bytes: textLimit) } }
    let difference = difference(texts.map { $0.map { String($0.text) } })
    let answers = one.answers.indices.map { side -> String in
      let only = one.answers.count == 1 ? " class=\"only\"" : ""
      return "<div\(only)>\(answer(one.answers[side], side, texts[side]?.cut ?? 0, difference?[side]))</div>"
    }
    return """
      <details class="case"><summary><span class="marks">\(marks)</span><span class="id"><bdi>\(HTMLText.line(one.id, bytes: 80))</bdi></span>\
      <span class="hint">\(HTMLText.line(one.input, bytes: 100))</span><span class="tags">\(tags)</span></summary>\
      <div class="body" id="\(anchor)"><div class="pair"><div\(one.expected == nil ? " class=\"only\"" : "")><h4>Input \
      <a href="#\(anchor)" aria-label="Link to this case">#</a></h4>\(text(one.input))</div>\(expected)\(answers.joined())</div></div></details>
      """
  }

  private func answer(
    _ answer: ReportDocument.Answer?, _ side: Int, _ cut: Int, _ marked: String?
  ) -> String {
    let name = document.sides.indices.contains(side) ? document.sides[side] : ""
    let standing = answer?.standing ?? .unanswered
    let head = """
      <h4><span class="\(kind(name))">\(HTMLText.name(name))</span> <span class="\(standing.style)">\(standing.mark) \
      \(standing.words)</span>\(answer?.seconds.map { " · " + NumberFormat.duration($0) } ?? "")</h4>
      """
    guard let answer else { return head + "<p class=\"quiet\">Not asked.</p>" }
    var html = head
    if let marked {
      html += "<div class=\"of-\(kind(name))\"><pre dir=\"auto\">\(marked)</pre>\(note(ofCut: cut))</div>"
    }
    let reasons = answer.reasons.prefix(4).map { "<li>\(HTMLText.line($0, bytes: max(60, textLimit / 4)))</li>" }
    if !reasons.isEmpty { html += "<ul class=\"reasons\">\(reasons.joined())</ul>" }
    return html
  }

  /// The answers with what only one of them has marked; nil entries for those without a text.
  private func difference(_ texts: [String?]) -> [String?]? {
    guard texts.count == 2, let first = texts[0], let second = texts[1], first != second else {
      return texts.map { $0.map { HTMLText.escaped($0) } }
    }
    let difference = TextDifference(from: first, to: second, limit: 300)
    func marked(_ runs: [TextDifference.Run], _ element: String) -> String {
      runs.map { run in
        let text = HTMLText.escaped(run.text)
        return run.kind == .same ? text : "<\(element)>\(text)</\(element)>"
      }.joined()
    }
    return [marked(difference.left, "del"), marked(difference.right, "ins")]
  }

  private func text(_ text: String) -> String {
    let start = VisibleText.start(of: VisibleText.of(text), bytes: textLimit)
    return "<pre dir=\"auto\">\(HTMLText.escaped(start.text))</pre>" + note(ofCut: start.cut)
  }

  private func note(ofCut cut: Int) -> String {
    cut > 0 ? "<p class=\"cut\">Cut here; \(NumberFormat.bytes(cut)) more.</p>" : ""
  }
}

extension ReportDocument.Standing {
  /// The class of its colour.
  fileprivate var style: String {
    switch self {
    case .passed: "good"
    case .failed: "bad"
    case .unscored, .unanswered: "warn"
    }
  }
}
