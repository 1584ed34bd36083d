import Content
import Domain
import Evidence
import NumberFormat
import WorkbenchCore

/// Parts of a set and confusion matrices, as tables and as JSON.
extension Report {
  /// The tables of a breakdown, printed one after the other.
  /// - Parameters:
  ///   - names: the variants, in the order of the breakdown's runs.
  ///   - kinds: the kinds of parts that are printed.
  static func show(_ breakdown: RunBreakdown, of names: [String], kinds: [RunBreakdown.Kind]) {
    for kind in kinds {
      guard let parts = breakdown.parts[kind], !parts.isEmpty else { continue }
      print("")
      table(kind, parts, names).print()
    }
    for labels in breakdown.labels where names.indices.contains(labels.run) {
      print("\n\(names[labels.run])\(labels.field.map { ", \($0)" } ?? ""): expected in rows, answered in columns")
      table(labels.matrix).print()
    }
  }

  private static func table(_ kind: RunBreakdown.Kind, _ parts: [RunBreakdown.Part], _ names: [String]) -> TextTable {
    let columns = names.map { TextTable.Column($0, .right) }
    let difference = names.count == 2 ? [TextTable.Column("difference", .right)] : []
    var table = TextTable([.init(kind.title.lowercased()), .init("cases", .right)] + columns + difference)
    table.rows = parts.map { part in
      let pairs = part.pairs.map { $0.count > 0 ? NumberFormat.points($0.difference, $0.interval) : "–" }
      return [part.name, "\(part.cases)"] + part.scores.map(text) + (names.count == 2 ? [pairs ?? "–"] : [])
    }
    return table
  }

  private static func table(_ matrix: ConfusionMatrix) -> TextTable {
    var table = TextTable(
      [.init("")] + matrix.labels.map { .init($0, .right) } + [
        .init("any other", .right), .init("recall", .right), .init("precision", .right, priority: 2),
      ])
    table.rows = matrix.labels.indices.map { row in
      [matrix.labels[row]] + matrix.counts[row].map(String.init) + [
        text(matrix.recall[row]), text(matrix.precision[row]),
      ]
    }
    return table
  }

  private static func text(_ estimate: Estimate?) -> String {
    estimate.map { NumberFormat.percent($0.mean, $0.interval.low, $0.interval.high) } ?? "–"
  }

  /// The members `labels`, `fields` and `confusion`, and `tags` where asked for.
  static func members(of breakdown: RunBreakdown, _ names: [String], withTags: Bool) -> JSONObject {
    var members: JSONObject = [:]
    let kinds: [(RunBreakdown.Kind, String)] =
      (withTags ? [(.tag, "tags")] : []) + [(.label, "labels"), (.field, "fields")]
    for (kind, name) in kinds {
      members[name] = .array((breakdown.parts[kind] ?? []).map { self.part($0, kind, names) })
    }
    members["confusion"] = .array(
      breakdown.labels.filter { names.indices.contains($0.run) }.map { labels in
        let matrix = labels.matrix
        return [
          "variant": .string(names[labels.run]), "field": labels.field.map { .string($0) } ?? .null,
          "labels": .array(matrix.labels.map { .string($0) }),
          "counts": .array(matrix.counts.map { .array($0.map { JSONValue($0) }) }),
          "recall": .array(matrix.recall.map(estimate)), "precision": .array(matrix.precision.map(estimate)),
        ]
      })
    return members
  }

  private static func part(_ part: RunBreakdown.Part, _ kind: RunBreakdown.Kind, _ names: [String]) -> JSONValue {
    var value: JSONObject = [kind.rawValue: .string(part.name), "cases": JSONValue(part.cases)]
    value["scores"] = .array(
      zip(names, part.scores).map { ["variant": .string($0), "score": estimate($1)] })
    if let pairs = part.pairs, pairs.count > 0 {
      value["difference"] = rounded(pairs.difference, 4)
      value["ci95"] = [rounded(pairs.interval.low, 4), rounded(pairs.interval.high, 4)]
      value["p_value"] = JSONValue(pairs.pValue)
      value["class"] = .string(pairs.effectClass.rawValue)
    }
    return .object(value)
  }

  private static func estimate(_ estimate: Estimate?) -> JSONValue {
    guard let estimate else { return .null }
    return [
      "mean": rounded(estimate.mean, 4),
      "ci95": [rounded(estimate.interval.low, 4), rounded(estimate.interval.high, 4)],
      "cases": JSONValue(estimate.count),
    ]
  }
}
