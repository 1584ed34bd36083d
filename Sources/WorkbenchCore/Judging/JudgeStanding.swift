import Content
import Domain
import Evidence
import Foundation
import Grading
import NumberFormat

/// How far a judge agrees with a person, as it was measured: `judges/NAME.calibration.json`.
package struct JudgeRecord: Sendable, Hashable {
  /// The judge with its models, as they were.
  package var judge: ContentHash
  /// The versions of prompts whose answers were labelled.
  package var prompts: Set<ContentHash>
  /// Answers of the half that tuning never saw: what the person says (fail, pass) in rows, the judge in columns.
  package var table: [[Int]]
  /// The same of the other half.
  package var tuningTable: [[Int]]
  /// The share that the judge passes of all answers that it has judged.
  package var passShare: Double

  /// The rates of the half that tuning never saw.
  package var calibration: StratifiedCalibration {
    StratifiedCalibration(
      passed: Proportion(successes: table[1][1], of: table[0][1] + table[1][1]),
      failed: Proportion(successes: table[0][0], of: table[0][0] + table[1][0]), passShare: passShare)
  }

  /// κ of the half that tuning never saw.
  package var agreement: Agreement? { Agreement(table) }

  /// Labels of the half that tuning never saw.
  package var labels: Int { table.reduce(0) { $0 + $1.reduce(0, +) } }

  /// Counts labels.
  package init(
    judge: ContentHash, prompts: Set<ContentHash>, sheet: CalibrationSheet, labels: HumanLabels
  ) {
    self.judge = judge
    self.prompts = prompts
    passShare = sheet.passShare
    (table, tuningTable) = ([[0, 0], [0, 0]], [[0, 0], [0, 0]])
    for item in sheet.items {
      guard let passes = labels.passes[item.id] else { continue }
      if item.isForTuning {
        tuningTable[passes ? 1 : 0][item.judgePasses ? 1 : 0] += 1
      } else {
        table[passes ? 1 : 0][item.judgePasses ? 1 : 0] += 1
      }
    }
  }

  /// Reads a record; nil for what is none. Only counts are taken from the file: what follows from them is worked out again.
  package init?(json: JSONValue) {
    func table(_ key: String) -> [[Int]]? {
      guard let rows = json[key]?.array, rows.count == 2 else { return nil }
      let counts = rows.map { $0.array?.compactMap(\.int) ?? [] }
      return counts.allSatisfy { $0.count == 2 && $0.allSatisfy { (0...1_000_000).contains($0) } } ? counts : nil
    }
    guard let judge = json["judge"]?.string, let prompts = json["prompts"]?.array, let test = table("test"),
      let tuning = table("tuning"), let share = json["judge_pass_share"]?.double, (0...1).contains(share)
    else { return nil }
    self.judge = ContentHash(hex: judge)
    self.prompts = Set(prompts.compactMap(\.string).map { ContentHash(hex: $0) })
    (self.table, tuningTable, passShare) = (test, tuning, share)
  }

  /// The record as it is stored.
  package var json: JSONValue {
    func table(_ counts: [[Int]]) -> JSONValue { .array(counts.map { .array($0.map { JSONValue($0) }) }) }
    return [
      "judge": .string(judge.hex), "prompts": .array(prompts.map(\.hex).sorted().map { .string($0) }),
      "test": table(self.table), "tuning": table(tuningTable), "judge_pass_share": JSONValue(passShare),
    ]
  }
}

/// Whether a judge may decide in a person's place, and what its rates come to once its errors are known.
package struct JudgeStanding: Sendable, Hashable {
  /// The judge's name.
  package var judge: String
  /// What was measured; nil where it never was.
  package var record: JudgeRecord?
  /// Why the record says nothing of now, as a sentence; nil while it does.
  package var staleness: String?
  /// How many of the trap pairs it failed; nil where it was never tried on them as it is now.
  package var failedTraps: Int?

  /// More failed traps than this, and a judge may not gate.
  package static let mostFailedTraps = 3

  /// The record, while it says something of now.
  package var current: JudgeRecord? { staleness == nil ? record : nil }

  /// Why it may not gate, as a sentence; nil where it may.
  package var obstacle: String? {
    let command = "assay judge calibrate \(judge)"
    guard let record else {
      return
        "The judge \(judge) was never compared with a person's labels, so its score decides nothing yet: `\(command)`."
    }
    if let staleness { return "\(staleness) Calibrate it again: `\(command)`." }
    if let failedTraps, failedTraps > Self.mostFailedTraps {
      return
        "The judge \(judge) fell for \(failedTraps) of the trap pairs, more than \(Self.mostFailedTraps): improve its "
        + "prompt, and try again with `assay judge traps \(judge)`."
    }
    guard record.labels >= Agreement.fewestLabels else {
      return
        "The judge \(judge) has \(record.labels) labels that tuning never saw, and \(Agreement.fewestLabels) are needed: "
        + "`\(command)`."
    }
    guard record.calibration.isTrustworthy(record.agreement) else {
      return
        "The judge \(judge) agrees too little with a person's labels to decide (\(record.words)): κ's lower end must be "
        + "at least 0.6, or those of both rates at least 80 %."
    }
    return nil
  }

  /// The pass rate that a person would find, beside the judge's own; nil where nothing current is known.
  package func corrected(_ judged: Proportion) -> Estimate? { current?.calibration.corrected(judged) }
}

extension JudgeRecord {
  /// κ and both rates with their intervals, in words.
  package var words: String {
    var words: [String] = []
    if let agreement {
      words.append(
        String(format: "κ %.2f [%.2f, %.2f]", agreement.kappa, agreement.interval.low, agreement.interval.high))
    }
    let calibration = calibration
    if let intervals = calibration.rateIntervals, let q1 = calibration.sensitivity, let q0 = calibration.specificity {
      func rate(_ value: Double, _ interval: Interval) -> String {
        "\(NumberFormat.percent(value)) \(NumberFormat.range(interval.low, interval.high))"
      }
      words.append("passes \(rate(q1, intervals.sensitivity)) of what a person passes")
      words.append("fails \(rate(q0, intervals.specificity)) of what a person fails")
    }
    return words.isEmpty ? "no rates" : words.joined(separator: ", ")
  }
}
