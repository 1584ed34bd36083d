import Content
import Domain
import Formats
import WorkbenchCore

/// What an import did, for people and as JSON.
struct ImportResult {
  let source: String
  let detection: Detection
  let output: ImportOutput
  let request: ImportRequest
  let report: ImportReport

  /// Failures that are shown; the others are counted.
  private static let mostShown = 20

  func tell() {
    Wiring.say("\(source) is \(detection.name).")
    for note in output.notes { Wiring.say(note) }
    for (reason, count) in output.skipped.sorted(by: { $0.key < $1.key }) {
      Wiring.say("Left out: \(reason) (\(count)).")
    }
    for failure in output.failures.prefix(Self.mostShown) { Wiring.say("\(source): \(failure)") }
    if output.failed > Self.mostShown { Wiring.say("\(source): and \(output.failed - Self.mostShown) more failures.") }
    if let sentence = personal { Wiring.say(sentence) }
    if report.collapsed > 0 {
      Wiring.say("Calls that say almost the same as another became its weight: \(report.collapsed).")
    }
    if report.renamed > 0 { Wiring.say("Ids that were taken got a number at their end: \(report.renamed).") }
    for part in report.parts where request.isPreview || part.isNew && !part.graders.isEmpty {
      if !part.graders.isEmpty { Wiring.say("Graders of \(part.set): \(JSONValue.array(part.graders).text(.spaced))") }
      if request.isPreview { for line in part.first { print(line) } }
    }
    var table = TextTable(
      .init("set"), .init("read", .right), .init("cases", .right), .init("duplicates", .right), .init("failed", .right),
      .init("in the set", .right), .init("file", priority: 1))
    for (index, part) in report.parts.enumerated() {
      table.rows.append([
        part.set, index == 0 ? "\(output.read)" : "", "\(part.added)", index == 0 ? "\(report.duplicates)" : "",
        index == 0 ? "\(output.failed)" : "", "\(part.total)", part.path,
      ])
    }
    if report.parts.isEmpty {
      table.rows.append([request.set, "\(output.read)", "0", "0", "\(output.failed)", "", ""])
    }
    for line in table.lines(width: nil) { Wiring.say(line) }
    if request.isPreview { Wiring.say("Nothing was written (--preview).") }
  }

  /// What personal data was found and what became of it.
  private var personal: String? {
    guard let found = report.personal else { return nil }
    let cases = "\(report.personalCases) case\(report.personalCases == 1 ? "" : "s")"
    return request.personal == .mask
      ? "Personal data in \(cases) was masked: \(found)."
      : "Personal data in \(cases) was kept: \(found). --personal mask puts words in its place."
  }

  var json: JSONValue {
    let failures: [JSONValue] = output.failures.map {
      [
        "line": JSONValue($0.line), "column": $0.column.map { JSONValue($0) } ?? .null,
        "reason": .string($0.reason),
      ]
    }
    let sets: [JSONValue] = report.parts.map { part in
      [
        "set": .string(part.set), "path": .string(part.path), "is_new": JSONValue(part.isNew),
        "added": JSONValue(part.added), "cases": JSONValue(part.total), "graders": .array(part.graders),
      ]
    }
    return [
      "container": .string(detection.container.name), "format": .string(detection.format.rawValue),
      "read": JSONValue(output.read), "cases": JSONValue(report.parts.reduce(0) { $0 + $1.added }),
      "duplicates": JSONValue(report.duplicates), "collapsed": JSONValue(report.collapsed),
      "unsampled": JSONValue(report.unsampled), "failed": JSONValue(output.failed), "failures": .array(failures),
      "skipped": .object(JSONObject(output.skipped.sorted { $0.key < $1.key }.map { ($0.key, JSONValue($0.value)) })),
      "notes": .array(output.notes.map { .string($0) }),
      "personal_data": [
        "choice": .string(request.personal.rawValue), "cases": JSONValue(report.personalCases),
        "found": report.personal.map { .string($0) } ?? .null,
      ],
      "preview": JSONValue(request.isPreview), "sets": .array(sets),
    ]
  }
}
