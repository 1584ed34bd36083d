import Content

/// A rule that judges an answer, made from a description such as `{ type: json-equal, fields: [label] }`.
package struct Grader: Sendable, Hashable {
  /// The name to show; the type unless the description gives one.
  package let name: String
  /// The type as promptfoo or we call it, without a leading `not-`.
  package let type: String
  /// How much it counts among the graders of an eval set; 0 or more, 1 unless told.
  package let weight: Double
  /// Whether the condition must not hold.
  package let isNegated: Bool
  let kind: any GraderKind
  /// True for a grader that awaits, such as one that asks a model.
  package let awaits: Bool

  /// The grader that is used when none is described: the whole answer is what the case expects.
  package static let exact = Grader(
    name: "exact", type: "exact", weight: 1, isNegated: false, kind: ExactGrader(.expected(JSONPath())))

  init(name: String, type: String, weight: Double, isNegated: Bool, kind: any GraderKind) {
    self.name = name
    self.type = type
    self.weight = weight
    self.isNegated = isNegated
    self.kind = kind
    awaits = kind is any AwaitingGraderKind
  }

  /// Reads a description: an object with a `type` and its options, or just the name of a type.
  ///
  /// All types know `name`, `weight` (a number from 0) and `not`. Underscores in keys count as hyphens.
  /// - Parameter registry: the kinds that a description can name.
  /// - Throws: ``GraderError`` that names the key and, for a misspelled one, the nearest that exists.
  package init(spec: JSONValue, _ registry: GraderRegistry = .builtIn) throws(GraderError) {
    let members: JSONObject
    switch spec {
    case .string(let type): members = ["type": .string(type)]
    case .object(let object): members = object
    default: throw .notAGrader(found: spec.excerpt)
    }
    guard let written = members["type"] else {
      let nearest = Spelling.nearest(to: "type", among: members.keys)
      throw .notAGrader(found: nearest.map { "one with \"\($0)\"" } ?? spec.excerpt)
    }
    guard let text = written.string else {
      throw .wrongValue(key: "type", expected: "the name of a grader type", found: written.excerpt)
    }
    let hasPrefix = text.hasPrefix("not-")
    let type = hasPrefix ? String(text.dropFirst(4)) : text
    guard let kind = registry.kind(of: type) else {
      if GraderRegistry.foreignTypes.contains(type) { throw .unsupportedType(type) }
      throw .unknownType(
        text, valid: registry.types, nearest: Spelling.nearest(to: type, among: registry.types))
    }
    let options = try GraderOptions(members, type: type, keys: kind.keys)
    let name = try options.text("name") ?? text
    let weight = try options.number("weight", "a number from 0") { $0 >= 0 } ?? 1
    let isNegated = try hasPrefix != (options.flag("not") ?? false)
    self.init(
      name: name, type: type, weight: weight, isNegated: isNegated, kind: try kind.init(type: type, options: options))
  }

  /// The program that it runs; nil for a grader that runs none.
  package var program: GraderProgram? { (kind as? CommandGrader)?.program }

  /// The name of the judge that it asks; nil for a grader that asks none.
  package var judge: String? { (kind as? JudgeGrader)?.judge }

  /// What in the description has no effect, for example an unknown keyword of a schema.
  package var warnings: [String] { kind.warnings }

  /// Whether the grader wants JSON, so that an answer can have the wrong format whatever its content.
  package var judgesFormat: Bool { !isNegated && kind.judgesFormat }

  /// Whether both judge alike and have the same name and weight.
  package static func == (left: Grader, right: Grader) -> Bool {
    left.name == right.name && left.type == right.type && left.weight == right.weight
      && left.isNegated == right.isNegated && AnyHashable(left.kind) == AnyHashable(right.kind)
  }

  /// Feeds everything that is compared.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(type)
    hasher.combine(weight)
    hasher.combine(isNegated)
    hasher.combine(AnyHashable(kind))
  }
}

// MARK: - Judging

extension Grader {
  /// Judges one answer, without its reasoning.
  /// - Parameters:
  ///   - answer: the model's text, as it came.
  ///   - expected: what the case says a good answer is; nil when it says nothing.
  ///   - input: what the case feeds to the prompt; `{{ name }}` in a grader's texts stands for its members.
  ///   - facts: what is known of the reply besides its text.
  package func grade(
    answer: String, expected: JSONValue?, input: JSONValue = [:], facts: AnswerFacts = AnswerFacts()
  ) -> Score {
    score(GradedAnswer(AnswerText(answer, facts: facts)), GradedCase(expected: expected, input: input))
  }

  /// Why no answer to a case can be judged, without a full stop; nil when one can.
  package func whyUnscorable(expected: JSONValue?, input: JSONValue = [:]) -> String? {
    do throws(Unscorable) {
      try kind.check(GradedCase(expected: expected, input: input))
      return nil
    } catch { return error.reason }
  }

  func score(_ answer: GradedAnswer, _ graded: GradedCase) -> Score {
    do throws(Unscorable) {
      let judgement = try kind.judge(answer, graded)
      return answer.isUnclosed ? unfinished : score(judgement)
    } catch { return Score(grader: name, unscored: error.reason) }
  }

  /// What an answer gets that ends inside its reasoning: there is nothing that could satisfy a grader, negated or not.
  var unfinished: Score {
    Score(grader: name, value: 0, passed: false, reason: "the answer ends inside its reasoning")
  }

  func score(
    awaiting text: String, _ graded: GradedCase, asking outside: any OutsideGrading
  ) async -> Score {
    guard let kind = kind as? any AwaitingGraderKind else {
      return Score(grader: name, unscored: "the grader can't be awaited")
    }
    do throws(Unscorable) {
      return score(try await kind.judge(text, graded, asking: outside))
    } catch {
      var score = Score(grader: name, unscored: error.reason)
      score.replies = error.replies
      return score
    }
  }

  private func score(_ judgement: Judgement) -> Score {
    var score =
      isNegated
      ? Score(
        grader: name, value: judgement.holds ? 0 : 1, passed: !judgement.holds,
        reason: judgement.holds ? judgement.statement + ", which must not be so" : judgement.statement)
      : Score(
        grader: name, value: judgement.value, passed: judgement.holds, reason: judgement.statement,
        fields: judgement.fields)
    score.replies = judgement.replies
    return score
  }

  func formatIsValid(_ answer: GradedAnswer, _ graded: GradedCase) -> Bool {
    judgesFormat ? kind.formatIsValid(answer, graded) : !answer.trimmed.isEmpty
  }
}
