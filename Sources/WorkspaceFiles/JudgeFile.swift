import Content
import Domain
import Files
import Foundation
import Grading

/// Reads `judges/NAME.md`: front matter between two lines of `---`, then the prompt.
enum JudgeFile {
  /// The largest file that is read, in bytes.
  static let mostBytes = 1 << 20

  /// What the files of a folder describe.
  struct Result {
    var judges = Named<NamedJudge>()
    var problems: [Problem] = []
  }

  /// Reads all judges of a workspace, by name.
  /// - Parameter models: the models of the workspace, of which a judge names some.
  static func read(in folder: WorkspaceFolder, models: Named<ModelSpec>) -> Result {
    var result = Result()
    let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(Judge.folder)")) ?? []
    for file in files.filter({ $0.hasSuffix(".md") && !$0.hasPrefix(".") }).sorted() {
      let name = String(file.dropLast(3))
      let path = "\(Judge.folder)/\(file)"
      let log = ProblemLog(file: path)
      result.judges.declare(name)
      do {
        let text = try FileBytes.text(try folder.reading(path), limit: mostBytes)
        if let judge = judge(name, text, log, models) {
          let identity: JSONValue = [judge.json, .array(judge.models.compactMap { models[$0]?.judging })]
          result.judges.add(NamedJudge(judge: judge, identity: identity), named: name)
        }
      } catch { log.add(.error, line: nil, "The judge can't be read: \(error)") }
      result.problems += log.all
    }
    return result
  }

  /// Reads one; nil where it can't be used for what is noted.
  static func judge(_ name: String, _ text: String, _ log: ProblemLog, _ models: Named<ModelSpec>) -> Judge? {
    var lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
    if lines.first?.hasPrefix("\u{FEFF}") == true { lines[0].removeFirst() }
    func isRule(_ line: String) -> Bool { line.hasPrefix("---") && line.dropFirst(3).allSatisfy(\.isWhitespace) }
    guard let first = lines.first, isRule(first), let end = lines.dropFirst().firstIndex(where: isRule) else {
      log.add(
        .error, line: 1,
        "A judge begins with front matter: a line of ---, `model: NAME`, and a line of ---; then comes the prompt.")
      return nil
    }
    let document = ConfigDocument(
      "\n" + lines[1..<end].joined(separator: "\n"), keys: "`model:` and `scale:`", log: log)
    var fields = ConfigFields(document, log: log)
    let body = lines[(end + 1)...].joined(separator: "\n").trimmingCharacters(in: .newlines)
    var judge = Judge(name: name, models: names(&fields, models), prompt: body)
    let blank = lines[(end + 1)...].prefix { $0.allSatisfy(\.isWhitespace) }.count
    judge.firstLine = end + 2 + blank
    judge.scale = scale(&fields)
    judge.votes = count(&fields, "votes", "a whole number from 1 to 25") { (1...25).contains($0) } ?? 1
    judge.sees = sights(&fields)
    judge.threshold = threshold(&fields, judge.scale)
    judge.temperature = temperature(&fields, votes: judge.votes)
    judge.maxTokens = count(&fields, "max_tokens", "a whole number from 16") { $0 >= 16 && $0 <= 1_000_000 } ?? 2000
    fields.finish()
    var isBroken = fields.isBroken || judge.models.isEmpty
    for flaw in judge.slotFlaws {
      log.add(.error, line: judge.firstLine + flaw.line, flaw.sentence)
      isBroken = true
    }
    return isBroken || log.problems.contains { $0.severity == .error } ? nil : judge
  }

  private static func names(_ fields: inout ConfigFields, _ models: Named<ModelSpec>) -> [String] {
    let single = fields.text("model", "the name of a model in assay.yaml")
    let several = fields.texts("models", "a list of models in assay.yaml")
    if single != nil, several != nil { fields.fail("models", "Write either model or models.") }
    guard let names = single.map({ [$0] }) ?? several else {
      if !fields.isBroken { fields.fail(nil, "Needs a model: `model: NAME`, a model in assay.yaml.") }
      return []
    }
    let key = single == nil ? "models" : "model"
    if names.isEmpty { fields.fail(key, "Name at least one model.") }
    for name in names where models[name] == nil { models.report("model", name, at: key, in: &fields) }
    if Set(names).count < names.count { fields.fail(key, "A model is named twice; ask it more often with `votes`.") }
    return names
  }

  private static func count(
    _ fields: inout ConfigFields, _ key: String, _ expected: String, where isValid: (Int) -> Bool
  ) -> Int? {
    let number = fields.number(key, expected) { $0 == $0.rounded() && abs($0) < 1e9 && isValid(Int($0)) }
    return number.map { Int($0) }
  }

  /// How its models sample: `default` leaves it to the server, for models that take no temperature.
  private static func temperature(_ fields: inout ConfigFields, votes: Int) -> Double? {
    if fields.value("temperature")?.text == "default" { return nil }
    return fields.number("temperature", "default or a number from 0 to 2") { (0...2).contains($0) }
      ?? (votes == 1 ? 0 : nil)
  }

  private static func scale(_ fields: inout ConfigFields) -> JudgeScale {
    guard let value = fields.value("scale") else { return .binary }
    switch value.text {
    case "binary"?: return .binary
    case "1-5"?: return .oneToFive
    default: break
    }
    guard var scale = value.isGroup ? ConfigFields(value) : nil else {
      fields.fail(
        "scale", "Expected binary, 1-5, or labels with scores such as { good: 1, poor: 0 }, found \(value.kind).")
      return .binary
    }
    // `choices` may be written or left out.
    if scale.names == ["choices"], let inner = scale.value("choices").flatMap({ ConfigFields($0) }) { scale = inner }
    var choices: [JudgeScale.Choice] = []
    for (label, value) in scale.all() {
      guard let score = value.scalar?.double, (0...1).contains(score) else {
        value.expected("a score from 0 to 1")
        fields.isBroken = true
        continue
      }
      if choices.contains(where: { $0.label.lowercased() == label.lowercased() }) {
        value.fail("Labels must differ in more than upper and lower case.")
        fields.isBroken = true
      }
      choices.append(JudgeScale.Choice(label, score: score))
    }
    if choices.count < 2, !fields.isBroken { fields.fail("scale", "A scale needs at least two labels.") }
    return .choices(choices)
  }

  private static func sights(_ fields: inout ConfigFields) -> Set<Judge.Sight> {
    let words = Judge.Sight.allCases.map(\.rawValue)
    guard let texts = fields.texts("sees", "a list of answer, \(words.joined(separator: ", "))") else {
      return Set(Judge.Sight.allCases)
    }
    var sights: Set<Judge.Sight> = []
    for text in texts where text != "answer" {
      if let sight = Judge.Sight(rawValue: text == "case" ? "input" : text) {
        sights.insert(sight)
      } else if ["model", "variant", "run", "order"].contains(text) {
        fields.fail("sees", "A judge never sees the \(text).")
      } else {
        fields.fail(
          "sees",
          "\"\(text)\" is none of answer, \(words.joined(separator: ", "))."
            + ConfigFields.suggestion(Spelling.nearest(to: text, among: ["answer"] + words)))
      }
    }
    return sights
  }

  /// The threshold as a score from 0 to 1: of a scale from 1 to 5 it is written as a mark.
  private static func threshold(_ fields: inout ConfigFields, _ scale: JudgeScale) -> Double? {
    switch scale {
    case .binary:
      if fields.value("threshold") != nil { fields.fail("threshold", "A binary scale has none: remove it.") }
      return nil
    case .oneToFive:
      return fields.number("threshold", "a mark from 1 to 5, the lowest that passes") { (1...5).contains($0) }
        .map { ($0 - 1) / 4 }
    case .choices:
      return fields.number("threshold", "a score from 0 to 1, the lowest that passes") { (0...1).contains($0) }
    }
  }
}

/// A judge with what decides its judgement.
struct NamedJudge {
  /// The judge.
  let judge: Judge
  /// The judge and its models, which are part of what was measured by it.
  let identity: JSONValue
}

extension ModelSpec {
  /// What decides how it judges.
  fileprivate var judging: JSONValue { [.string(place.hex), .object(options)] }
}
