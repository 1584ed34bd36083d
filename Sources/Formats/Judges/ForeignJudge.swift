import Content
import Yams

/// A judge as other tools describe it, in our terms: criteria with our slots, and labels with scores.
package struct ForeignJudge: Sendable, Hashable {
  /// A tool whose judges are read and written.
  package enum Format: String, Sendable, Hashable, CaseIterable {
    /// promptfoo's `llm-rubric` assertion: `value`, `threshold`, `provider`.
    case promptfoo
    /// An autoevals template: `prompt`, `choice_scores`, `model`, `temperature`.
    case autoevals
    /// A template of Inspect's `model_graded_qa`: `{question}`, `{answer}`, `{criterion}`.
    case inspect
    /// DeepEval's G-Eval: `name`, `criteria`, `evaluation_params`.
    case deepeval
  }

  /// A name, where it has one.
  package var name: String?
  /// The criteria with our slots.
  package var prompt: String
  /// Labels with scores; pass and fail where empty.
  package var choices: [(label: String, score: Double)] = []
  /// The lowest score that passes, where it says one.
  package var threshold: Double?
  /// The model that it names, which needn't be one of ours.
  package var model: String?
  /// How its replies are sampled, where it says so.
  package var temperature: Double?
  /// What could not be carried over, a sentence each.
  package var losses: [String] = []

  package init(prompt: String) { self.prompt = prompt }

  /// Whether both say the same.
  package static func == (left: ForeignJudge, right: ForeignJudge) -> Bool {
    left.json == right.json && left.losses == right.losses
  }

  /// Feeds everything that is compared.
  package func hash(into hasher: inout Hasher) { hasher.combine(json.text()) }

  private var json: JSONValue {
    [
      "name": name.map { .string($0) } ?? .null, "prompt": .string(prompt),
      "choices": .array(choices.map { [.string($0.label), JSONValue($0.score)] }),
      "threshold": threshold.map { JSONValue($0) } ?? .null, "model": model.map { .string($0) } ?? .null,
      "temperature": temperature.map { JSONValue($0) } ?? .null,
    ]
  }
}

/// Why a file is no judge of a format, as a sentence.
package struct ForeignJudgeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The sentence.
  package let description: String

  init(_ description: String) { self.description = description }
}

extension ForeignJudge {
  /// The largest file that is read, in bytes.
  package static let mostBytes = 1 << 20

  /// Reads a judge: YAML or JSON, of Inspect the template as it stands.
  /// - Throws: `ForeignJudgeError`.
  package init(_ text: String, as format: Format) throws {
    guard text.utf8.count <= Self.mostBytes else { throw ForeignJudgeError("The file has more than 1 MiB.") }
    if format == .inspect {
      self = try Self.inspect(text)
      return
    }
    let fields = try Self.fields(text)
    switch format {
    case .promptfoo: self = try Self.promptfoo(fields)
    case .autoevals: self = try Self.autoevals(fields)
    case .deepeval: self = try Self.deepeval(fields)
    case .inspect: self = try Self.inspect(text)
    }
  }

  private static func fields(_ text: String) throws(ForeignJudgeError) -> JSONObject {
    if let object = (try? JSONValue(parsing: text))?.object { return object }
    var scan = YAMLNesting()
    for byte in text.utf8 { scan.take(byte) }
    guard scan.deepLine(64) == nil, scan.aliases <= 32 else {
      throw ForeignJudgeError("The file nests too deep, or has too many aliases.")
    }
    guard let node = try? Yams.compose(yaml: text), case .mapping(let mapping) = node else {
      throw ForeignJudgeError("Expected an object in YAML or JSON.")
    }
    return value(.mapping(mapping), depth: 0).object ?? [:]
  }

  private static func value(_ node: Node, depth: Int) -> JSONValue {
    guard depth < 64 else { return .null }
    switch node {
    case .scalar(let scalar):
      if scalar.style == .plain || scalar.style == .any, let value = try? JSONValue(parsing: scalar.string) {
        return value
      }
      return .string(scalar.string)
    case .sequence(let sequence): return .array(sequence.map { value($0, depth: depth + 1) })
    case .mapping(let mapping):
      var object: JSONObject = [:]
      for (key, entry) in mapping { if let name = key.scalar?.string { object[name] = value(entry, depth: depth + 1) } }
      return .object(object)
    case .alias: return .null
    }
  }

  /// Replaces a tool's slots by ours; what is none of them is kept as text.
  private static func slots(_ text: String, _ names: [String: String], open: String, close: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: open) {
      result += rest[..<start.lowerBound]
      rest = rest[start.upperBound...]
      guard let end = rest.firstRange(of: close) else {
        result += open
        continue
      }
      let name = rest[..<end.lowerBound].filter { !$0.isWhitespace && $0 != "{" }
      let isName = !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || "_.".contains($0) }
      guard isName else {
        result += open
        continue
      }
      rest = rest[end.upperBound...]
      // Mustache writes three braces for text that isn't escaped.
      if open == "{{", rest.hasPrefix("}") { rest = rest.dropFirst() }
      result += "{{\(names[name] ?? "case.\(name)")}}"
    }
    return result + rest
  }

  private static func promptfoo(_ fields: JSONObject) throws(ForeignJudgeError) -> ForeignJudge {
    guard ["llm-rubric", "not-llm-rubric"].contains(fields["type"]?.string ?? "llm-rubric") else {
      throw ForeignJudgeError("The assertion's type is no llm-rubric.")
    }
    guard let value = fields["value"]?.string, !value.isEmpty else {
      throw ForeignJudgeError("The assertion has no `value`, the rubric.")
    }
    var judge = ForeignJudge(prompt: "")
    let names = ["output": "answer", "expected": "expected"]
    let rubric = slots(value, names, open: "{{", close: "}}")
    judge.prompt = rubric.contains("{{answer}}") ? rubric : "\(rubric)\n\nThe answer to judge:\n{{answer}}"
    judge.threshold = fields["threshold"]?.double
    judge.model = fields["provider"]?.string
    if fields["type"]?.string == "not-llm-rubric" {
      judge.losses.append("The rubric is negated: write `not: true` on the grader.")
    }
    if judge.threshold != nil {
      judge.losses.append("promptfoo compares a score with the threshold; a binary judge says pass or fail.")
      judge.threshold = nil
    }
    judge.note(fields, known: ["type", "value", "threshold", "provider"])
    return judge
  }

  private static func autoevals(_ fields: JSONObject) throws(ForeignJudgeError) -> ForeignJudge {
    guard let prompt = fields["prompt"]?.string, let scores = fields["choice_scores"]?.object else {
      throw ForeignJudgeError("The template needs `prompt` and `choice_scores`.")
    }
    var judge = ForeignJudge(
      prompt: slots(prompt, ["output": "answer", "input": "input", "expected": "expected"], open: "{{", close: "}}"))
    for (label, score) in scores {
      guard let score = score.double, (0...1).contains(score) else {
        throw ForeignJudgeError("`choice_scores.\(label)` must be a number from 0 to 1.")
      }
      judge.choices.append((label, score))
    }
    guard judge.choices.count > 1 else { throw ForeignJudgeError("`choice_scores` needs at least two labels.") }
    judge.model = fields["model"]?.string
    judge.temperature = fields["temperature"]?.double
    judge.name = fields["name"]?.string
    judge.note(fields, known: ["prompt", "choice_scores", "model", "temperature", "name", "use_cot"])
    return judge
  }

  private static func inspect(_ text: String) throws(ForeignJudgeError) -> ForeignJudge {
    guard text.contains("{answer}") else { throw ForeignJudgeError("The template shows no {answer}.") }
    let names = ["question": "input", "answer": "answer", "criterion": "expected"]
    var judge = ForeignJudge(prompt: "")
    let whole = text.replacing("{instructions}", with: "").replacing("{{", with: "\u{1}").replacing("}}", with: "\u{2}")
    judge.prompt = slots(whole, names, open: "{", close: "}").replacing("\u{1}", with: "{{{{").replacing(
      "\u{2}", with: "}}")
    judge.choices = [("C", 1), ("P", 0.5), ("I", 0)]
    if text.contains("{instructions}") {
      judge.losses.append(
        "{instructions} is left out: how to reply is said by Assay (a JSON object in place of GRADE: C).")
    }
    return judge
  }

  private static func deepeval(_ fields: JSONObject) throws(ForeignJudgeError) -> ForeignJudge {
    let steps = fields["evaluation_steps"]?.array?.compactMap(\.string) ?? []
    guard
      let criteria = fields["criteria"]?.string
        ?? (steps.isEmpty ? nil : steps.map { "- \($0)" }.joined(separator: "\n"))
    else { throw ForeignJudgeError("The metric needs `criteria` or `evaluation_steps`.") }
    let parameters = fields["evaluation_params"]?.array?.compactMap(\.string).map {
      $0.lowercased().split(separator: ".").last.map(String.init) ?? ""
    }
    var parts = [criteria.replacing("{{", with: "{{{{")]
    let sees = parameters ?? ["input", "actual_output"]
    if sees.contains("input") { parts.append("The input:\n{{input}}") }
    parts.append("The answer to judge:\n{{answer}}")
    if sees.contains("expected_output") { parts.append("What a good answer is:\n{{expected}}") }
    var judge = ForeignJudge(prompt: parts.joined(separator: "\n\n"))
    judge.name = fields["name"]?.string
    judge.choices = (1...5).map { (String($0), Double($0 - 1) / 4) }
    judge.threshold = fields["threshold"]?.double ?? 0.5
    judge.model = fields["model"]?.string
    for other in sees where !["input", "actual_output", "expected_output"].contains(other) {
      judge.losses.append("The parameter \(other) is left out: show it with {{case.NAME}}.")
    }
    judge.losses.append("DeepEval's scores from 0 to 1 become marks from 1 to 5.")
    judge.note(fields, known: ["name", "criteria", "evaluation_steps", "evaluation_params", "threshold", "model"])
    return judge
  }

  /// Notes keys that mean nothing to us.
  private mutating func note(_ fields: JSONObject, known: Set<String>) {
    for key in fields.keys where !known.contains(key) { losses.append("`\(key)` is left out.") }
  }
}

extension ForeignJudge {
  /// The judge in a tool's form.
  package func text(as format: Format) -> String {
    switch format {
    case .promptfoo:
      return line("type", "llm-rubric")
        + line("value", theirs(["answer": "output"], open: "{{", close: "}}", variables: ""))
    case .autoevals:
      var object =
        line("prompt", theirs(["answer": "output"], open: "{{", close: "}}", variables: "")) + "choice_scores:\n"
      for choice in pairs { object += "  \(quoted(choice.label)): \(JSONValue(choice.score).text())\n" }
      if let model { object += line("model", model) }
      if let temperature { object += "temperature: \(JSONValue(temperature).text())\n" }
      return object + "use_cot: true\n"
    case .inspect:
      return theirs(["input": "question", "expected": "criterion"], open: "{", close: "}", variables: "")
        + "\n\n{instructions}\n"
    case .deepeval:
      var parameters = ["actual_output"]
      if prompt.contains("{{input") || prompt.contains("{{case.") { parameters.insert("input", at: 0) }
      if prompt.contains("{{expected") { parameters.append("expected_output") }
      let names = ["answer": "actual output", "input": "input", "expected": "expected output"]
      return line("name", name ?? "judge") + line("criteria", theirs(names, open: "the ", close: "", variables: ""))
        + "evaluation_params:\n" + parameters.map { "  - \($0)\n" }.joined()
    }
  }

  private var pairs: [(label: String, score: Double)] { choices.isEmpty ? [("fail", 0), ("pass", 1)] : choices }

  private func quoted(_ text: String) -> String { JSONValue.string(text).text() }

  private func line(_ key: String, _ text: String) -> String { "\(key): \(quoted(text))\n" }

  /// The prompt with a tool's slots in place of ours.
  private func theirs(_ names: [String: String], open: String, close: String, variables: String) -> String {
    var result = ""
    var rest = prompt[...]
    while let start = rest.firstRange(of: "{{") {
      result += rest[..<start.lowerBound]
      rest = rest[start.upperBound...]
      if rest.hasPrefix("{{") {
        result += "{{"
        rest = rest.dropFirst(2)
        continue
      }
      guard let end = rest.firstRange(of: "}}") else {
        result += "{{"
        continue
      }
      var name = rest[..<end.lowerBound].filter { !$0.isWhitespace }
      for prefix in ["case.", "input."] where name.hasPrefix(prefix) { name = variables + name.dropFirst(prefix.count) }
      result += open + (names[name] ?? name) + close
      rest = rest[end.upperBound...]
    }
    return result + rest
  }
}
