import Content

/// What one check has found: a figure, what it means and what to do.
package struct DataCheck: Sendable, Hashable {
  /// What is looked at; the raw value is the word to accept it by.
  package enum Name: String, Sendable, Hashable, CaseIterable {
    case tier, diverse, representative, clean, consistent, balanced, leaks, personal, pairs
  }
  /// How it came out.
  package enum Status: String, Sendable, Hashable, CaseIterable {
    /// Nothing to do.
    case fine
    /// Worth a look; training goes on.
    case look
    /// Training stops unless it is accepted, with a reason.
    case bad
    /// It could not be checked, for the reason in the meaning.
    case unknown
  }
  /// What was looked at.
  package var name: Name
  /// How it came out.
  package var status: Status
  /// The figure; nil when there is none.
  package var value: Double?
  /// What the figure counts, for example `share of rows`.
  package var unit: String
  /// The figure in words, for a table.
  package var figure: String
  /// One sentence of what it means.
  package var meaning: String
  /// One sentence of what to do; empty when there is nothing to do.
  package var fix: String
  /// What stands behind the figure.
  package var findings: [DataFinding]

  init(
    _ name: Name, _ status: Status, value: Double?, unit: String, figure: String, meaning: String, fix: String = "",
    findings: [DataFinding] = []
  ) {
    self.name = name
    self.status = status
    self.value = value
    self.unit = unit
    self.figure = figure
    self.meaning = meaning
    self.fix = status == .fine || status == .unknown ? "" : fix
    self.findings = findings
  }
}

/// A row's place.
package struct DataPlace: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The line of its file, counted from 1.
  package var line: Int
  /// Whether the file is that of other tasks.
  package var isMixedIn: Bool
  package init(line: Int, isMixedIn: Bool = false) {
    self.line = line
    self.isMixedIn = isMixedIn
  }
  /// The line, with a mark for the other file.
  package var description: String { isMixedIn ? "mix:\(line)" : "\(line)" }
  /// The task's own rows first, then by line.
  package static func < (left: DataPlace, right: DataPlace) -> Bool {
    left.isMixedIn == right.isMixedIn ? left.line < right.line : right.isMixedIn
  }
}

/// One thing behind a figure, with examples.
package struct DataFinding: Sendable, Hashable {
  /// What it is, for example `answers that fail the graders`.
  package var what: String
  /// How many; nil where counting says nothing.
  package var count: Int?
  /// More about it; never holds personal data in full.
  package var note: String
  /// Rows to look at, a few.
  package var rows: [DataPlace]
  /// Eval cases to look at, a few.
  package var cases: [String]

  /// The most examples that are named.
  static let mostExamples = 5

  init(_ what: String, count: Int? = nil, note: String = "", rows: [DataPlace] = [], cases: [String] = []) {
    self.what = what
    self.count = count
    self.note = note
    self.rows = Array(rows.prefix(Self.mostExamples))
    self.cases = Array(cases.prefix(Self.mostExamples))
  }
}

/// What all checks have found, in the order of ``DataCheck/Name``.
package struct DataReport: Sendable, Hashable {
  /// Rows of the task.
  package var rows: Int
  /// Rows of other tasks.
  package var mixedIn: Int
  /// One of each name; `pairs` only where the rows are preference pairs.
  package var checks: [DataCheck]

  /// Looks at everything. Takes a few seconds for 100,000 rows.
  package init(of data: DataToCheck) {
    let texts = DataTexts(data)
    let answers = AnswerForms(texts)
    rows = data.rows.count { !$0.isMixedIn }
    mixedIn = data.rows.count - rows
    checks = [
      .tier(rows: rows), .diversity(texts), .representativeness(texts), .cleanness(texts), .consistency(texts, answers),
      .balance(texts, answers), .leaks(texts), .personalData(texts),
    ]
    if let pairs = DataCheck.pairs(texts) { checks.append(pairs) }
  }

  /// The check called so.
  package subscript(name: DataCheck.Name) -> DataCheck? { checks.first { $0.name == name } }

  /// What stops a training.
  package var bad: [DataCheck] { checks.filter { $0.status == .bad } }
}

extension DataReport {
  /// The whole report, for files and scripts. Member names only ever grow.
  package var json: JSONValue {
    [
      "rows": JSONValue(rows), "mixed_in_rows": JSONValue(mixedIn), "checks": .array(checks.map(\.json)),
    ]
  }
}

extension DataCheck {
  var json: JSONValue {
    [
      "check": .string(name.rawValue), "status": .string(status.rawValue),
      "value": value.map { JSONValue(($0 * 1e6).rounded() / 1e6) } ?? .null, "unit": .string(unit),
      "figure": .string(figure), "meaning": .string(meaning), "fix": .string(fix),
      "findings": .array(
        findings.map { finding in
          [
            "what": .string(finding.what), "count": finding.count.map { JSONValue($0) } ?? .null,
            "note": .string(finding.note),
            "lines": .array(finding.rows.filter { !$0.isMixedIn }.map { JSONValue($0.line) }),
            "mixed_in_lines": .array(finding.rows.filter(\.isMixedIn).map { JSONValue($0.line) }),
            "cases": .array(finding.cases.map { JSONValue($0) }),
          ]
        }),
    ]
  }
}

/// Numbers as the checks write them.
enum Words {
  static func percent(_ share: Double) -> String {
    let value = share * 100
    if value > 0, value < 0.1 { return "< 0.1 %" }
    let tenths = Int((value * 10).rounded())
    return value < 10 && tenths % 10 != 0 ? "\(tenths / 10).\(tenths % 10) %" : "\(Int(value.rounded())) %"
  }
  static func two(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
  }
  static func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }
}
