import Domain
import Drawing
import Evidence
import WorkbenchCore

/// A line of the advice: what it says, and what Enter does on it.
struct VerdictLine: Identifiable, Sendable {
  /// Which one it is, while the verdict stays the same.
  enum ID: Hashable, Sendable {
    case headline, confidence, nothing, reason(Int), flip(Int), missing(Int)
    /// A heading, by the kind of lines below it.
    case heading(String)
    /// A line of another view than the advice.
    case detail(String)
  }

  /// What is behind it.
  enum Opening: Hashable, Sendable {
    case source(VerdictSource)
    /// A key under `facts`; the first unknown one where nil.
    case fact(String?)
    case measure(MeasureRequest)
    /// General tasks, to be written to a file of the workspace.
    case generalSet(String)
  }

  var id: ID
  /// A word before the sentence, with its style.
  var label: (text: String, style: StyleName)?
  var text: String
  var style: StyleName
  var isBold = false
  var isSelectable = true
  var opening: Opening?
  /// Whether it stays on one row: a row of a table.
  var isFixed = false
  /// A criterion, which is laid out as such.
  var criterion: Criteria.Row?

  init(_ id: ID, _ text: String, style: StyleName = .text, opening: Opening? = nil) {
    (self.id, self.text, self.style, self.opening) = (id, text, style, opening)
  }

  static func heading(_ text: String) -> VerdictLine {
    var line = VerdictLine(.heading(text), text, style: .title)
    line.isSelectable = false
    return line
  }

  /// The lines of a report, from the headline on.
  static func lines(_ report: VerdictReport) -> [VerdictLine] {
    let advice = report.advice
    var headline = VerdictLine(.headline, advice.headline + ".")
    headline.style = advice.recommendation == .undecided ? .warning : .success
    headline.isBold = true
    let deciding = advice.lines.firstIndex { $0.rule == advice.decidedBy }
    headline.opening = deciding.flatMap { report.source(ofLine: $0) }.map { opening($0) }
    var lines = [headline]
    if report.runs.isEmpty {
      lines.append(
        VerdictLine(.nothing, "Nothing is measured on \(report.set) yet: M evaluates every variant."))
    } else {
      lines.append(VerdictLine(.confidence, advice.confidenceSentence, style: .textDim))
    }
    // What the headline says word for word needs no line of its own.
    for (place, reason) in advice.lines.enumerated()
    where advice.headline != "\(advice.recommendation.title): \(reason.statement)" {
      var line = VerdictLine(.reason(place), reason.statement + ".")
      line.label = (reason.direction.label, reason.direction.style)
      line.opening = report.source(ofLine: place).map { opening($0) }
      lines.append(line)
    }
    let flips = report.flips.enumerated().compactMap { place, flip in
      flip.words.map { words in
        var line = VerdictLine(.flip(place), words + ".")
        line.label = ("·", .textDim)
        line.opening = flip.fact == .examples ? nil : .fact(flip.fact.rawValue)
        return line
      }
    }
    if !flips.isEmpty { lines += [heading("What would turn it")] + flips }
    let missing = advice.missing.enumerated().map { place, missing in
      let command = missing.command.map { ": \($0)" } ?? ""
      var line = VerdictLine(.missing(place), missing.statement + command + ".")
      line.label = ("·", .textDim)
      line.opening = opening(missing, report)
      return line
    }
    let unmeasured = missing.filter(\.isMeasurable)
    if !unmeasured.isEmpty { lines += [heading("What was not measured")] + unmeasured }
    let others = missing.filter { !$0.isMeasurable }
    if !others.isEmpty { lines += [heading("What would settle more")] + others }
    return lines
  }

  private static func opening(_ source: VerdictSource) -> Opening {
    if case .file("assay.yaml", let key, _) = source, key == "facts" || key.hasPrefix("facts.") {
      return .fact(key == "facts" ? nil : String(key.dropFirst("facts.".count)))
    }
    return .source(source)
  }

  private static func opening(_ missing: MissingEvidence, _ report: VerdictReport) -> Opening? {
    if let measure = report.measure(missing) { return .measure(measure) }
    if let path = report.newGeneralSet(missing) { return .generalSet(path) }
    if [.cost, .volume].contains(missing.rule) { return .fact(nil) }
    let related = report.advice.lines.firstIndex { $0.rule == missing.rule }
    return related.flatMap { report.source(ofLine: $0) }.map { opening($0) }
  }

  /// The paragraph for the list, `width` columns wide.
  func item(width: Int, theme: Theme) -> ParagraphList<ID>.Item {
    // Plain text takes the ground of the selected row.
    let plain = style == .text ? Style.plain : theme[style]
    let style = isBold ? plain.adding(.bold) : plain
    let sentence = Span(text, style)
    var rows: [[Span]]
    if let criterion {
      rows = CriteriaView.rows(criterion, width: width, theme: theme)
    } else if isFixed {
      rows = [[sentence]]
    } else if let label, width >= label.text.count + 22 {
      let prefix = Span(label.text + "  ", theme[label.style])
      let indent = Span(String(repeating: " ", count: prefix.columns))
      rows = [sentence].wrapped(to: width - prefix.columns).enumerated().map { [$0 == 0 ? prefix : indent] + $1 }
    } else {
      let prefix = label.map { [Span($0.text + "  ", theme[$0.style])] } ?? []
      rows = (prefix + [sentence]).wrapped(to: max(1, width))
    }
    if case .heading = id { rows.insert([], at: 0) }
    if id == .confidence || id == .nothing { rows.append([]) }
    return ParagraphList<ID>.Item(id, rows, isSelectable: isSelectable)
  }

  /// Whether Enter measures something.
  var isMeasurable: Bool {
    switch opening {
    case .measure, .generalSet: true
    case .source, .fact, nil: false
    }
  }

  /// What Enter does, for the footer; nil where it does nothing.
  var footer: String? {
    switch opening {
    case .source(.run): "read its cases"
    case .source(.runs): "compare the runs"
    case .source(.cases): "read the cases"
    case .source(.versions): "compare versions"
    case .source(.file): "where it stands"
    case .fact: "edit the fact"
    case .measure: "measure it"
    case .generalSet: "add general tasks"
    case nil: nil
    }
  }
}

extension Reason.Direction {
  /// A word for what the line speaks for, all of one width.
  var label: String {
    switch self {
    case .forPrompting: "prompting"
    case .forTuning: "tuning   "
    case .forHybrid: "combining"
    case .against: "doubt    "
    case .neutral: "noted    "
    case .unknown: "unknown  "
    }
  }

  /// The style of the word.
  var style: StyleName {
    switch self {
    case .forPrompting: .badgePrompted
    case .forTuning: .badgeTuned
    case .forHybrid: .info
    case .against: .error
    case .neutral: .textDim
    case .unknown: .warning
    }
  }
}
