import Content

/// The labels among which a judge chooses, and what each is worth.
package enum JudgeScale: Sendable, Hashable {
  /// `pass` or `fail`.
  case binary
  /// A whole number from 1 to 5.
  case oneToFive
  /// Labels with scores from 0 to 1, in the order of the file.
  case choices([Choice])

  /// A label of a judge's own.
  package struct Choice: Sendable, Hashable {
    /// What the judge writes.
    package var label: String
    /// From 0 to 1.
    package var score: Double

    package init(_ label: String, score: Double) {
      self.label = label
      self.score = score
    }
  }

  /// All labels, the worst first unless a person has chosen them.
  package var labels: [String] {
    switch self {
    case .binary: ["fail", "pass"]
    case .oneToFive: ["1", "2", "3", "4", "5"]
    case .choices(let choices): choices.map(\.label)
    }
  }

  /// What a label is worth, 0 to 1; nil for what is none.
  package func score(_ label: String) -> Double? {
    switch self {
    case .binary: ["fail": 0, "pass": 1][label]
    case .oneToFive: labels.firstIndex(of: label).map { Double($0) / 4 }
    case .choices(let choices): choices.first { $0.label == label }?.score
    }
  }

  /// The label that a value of a reply stands for; nil for any other.
  func label(_ value: JSONValue) -> String? {
    let text: String
    switch value {
    case .string(let written): text = String(written.trimmed)
    case .number where self == .oneToFive:
      guard let number = value.double, number == number.rounded(), (1...5).contains(number) else { return nil }
      text = String(Int(number))
    default: return nil
    }
    return labels.first { $0 == text } ?? unique(text)
  }

  /// The only label that a text is in another case.
  private func unique(_ text: String) -> String? {
    let hits = labels.filter { $0.lowercased() == text.lowercased() }
    return hits.count == 1 ? hits[0] : nil
  }

  /// The lowest score that passes where nothing else is said: `pass`, 4 of 5, or one half.
  package var usualThreshold: Double {
    switch self {
    case .binary: 1
    case .oneToFive: 0.75
    case .choices: 0.5
    }
  }

  /// The JSON Schema of a reply.
  package var schema: JSONValue {
    [
      "type": "object",
      "properties": [
        "reason": ["type": "string"],
        "label": ["type": "string", "enum": .array(labels.map { .string($0) })],
      ],
      "required": ["reason", "label"], "additionalProperties": false,
    ]
  }

  /// The scale as it is written in a judge's file.
  package var json: JSONValue {
    switch self {
    case .binary: return "binary"
    case .oneToFive: return "1-5"
    case .choices(let choices):
      var object: JSONObject = [:]
      for choice in choices { object[choice.label] = JSONValue(choice.score) }
      return .object(object)
    }
  }
}
