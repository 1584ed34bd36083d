import Content
import Domain
import Routing

extension RouteInput {
  /// What a router may look at of a case: its input, never what is expected.
  package init(_ evalCase: EvalCase) {
    let members = evalCase.input.object ?? [:]
    let conversation = Conversation(in: evalCase.input)
    self.init(
      fields: members.map { key, value in
        let transcript = key == Conversation.key ? conversation?.transcript : nil
        return Field(key, transcript ?? (value.isNull ? "" : value.string ?? value.text()))
      }, tags: evalCase.tags)
  }
}

extension EscalationSign {
  /// What can be seen of an output without knowing the right answer.
  static func signs(of output: Output) -> Set<EscalationSign> {
    var signs: Set<EscalationSign> = []
    switch output.noAnswer {
    case .refused?: signs = [.refusal]
    case .reasoningCut?: signs = [.noAnswer, .cut]
    case .empty?, .noChoice?, .filtered?, .brokenOff?: signs = [.noAnswer]
    case nil: break
    }
    guard let answer = output.answer else { return signs.isEmpty ? [.noAnswer] : signs }
    if answer.isCut { signs.insert(.cut) }
    if output.noAnswer == nil {
      if !output.formatValid { signs.insert(.invalidFormat) }
      if isRefusal(answer.text) { signs.insert(.refusal) }
    }
    return signs
  }
}

/// Answers of a router, put together from those of its two variants.
struct RoutedOutputs: Sendable {
  /// One answer of a case.
  struct Place: Hashable, Sendable {
    var caseID: String
    var sample: Int
  }

  let router: Router
  private var outputs: [Router.Arm: [Place: Output]] = [:]
  /// Who answers each case, or answers it first.
  private(set) var choices: [String: Router.Arm] = [:]

  /// Sends cases to where the router sends them.
  init(_ router: Router, cases: [EvalCase]) {
    self.router = router
    for evalCase in cases {
      choices[evalCase.id] = router.isCascade ? .cheap : router.choice(for: InputFeatures(RouteInput(evalCase))).arm
    }
  }

  /// The cases that an arm is asked for whatever the other one answers, in the order of `cases`.
  func cases(for arm: Router.Arm, among cases: [String]) -> [String] { cases.filter { choices[$0] == arm } }

  /// Takes in what an arm answered. Requests that failed are no answers, and asked again the next time.
  mutating func take(_ found: [Output], of arm: Router.Arm) {
    for output in found where output.answer != nil {
      outputs[arm, default: [:]][Place(caseID: output.caseID, sample: output.sample)] = output
    }
  }

  /// The cases whose answer from the cheap arm makes a cascade ask the strong one.
  func escalated(among cases: [String], repeats: Int) -> [String] {
    cases.filter { id in
      (0..<repeats).contains { sample in
        outputs[.cheap]?[Place(caseID: id, sample: sample)].map(escalates) ?? false
      }
    }
  }

  /// The cases of which the cheap arm hasn't all its answers.
  func unanswered(among cases: [String], repeats: Int) -> [String] {
    cases.filter { id in
      !(0..<repeats).allSatisfy { outputs[.cheap]?[Place(caseID: id, sample: $0)] != nil }
    }
  }

  private func escalates(_ output: Output) -> Bool {
    router.escalates(on: EscalationSign.signs(of: output)) != nil
  }

  /// The router's answer to a case; nil while a call that it takes has no answer.
  func output(of id: String, sample: Int) -> Output? {
    let place = Place(caseID: id, sample: sample)
    guard let arm = choices[id], let first = outputs[arm]?[place] else { return nil }
    guard router.isCascade, escalates(first) else { return first }
    return outputs[.strong]?[place].map { Self.joined(first, $0) }
  }

  /// The strong arm's answer with what both calls took.
  static func joined(_ cheap: Output, _ strong: Output) -> Output {
    var output = strong
    output.requestKey = RoutedSubject.key(cheap: cheap.requestKey, strong: strong.requestKey)
    output.cost = cheap.cost.flatMap { one in strong.cost.map { $0 + one } }
    if let before = cheap.answer, var answer = strong.answer {
      answer.firstToken = answer.firstToken.map { $0 + before.latency }
      answer.latency += before.latency
      answer.usage = before.usage.adding(answer.usage)
      output.answer = answer
    }
    return output
  }
}

extension TokenUsage {
  /// What two requests read and wrote; a figure that one server didn't tell is unknown.
  func adding(_ other: TokenUsage) -> TokenUsage {
    func sum(_ a: Int?, _ b: Int?) -> Int? { a.flatMap { a in b.map { a + $0 } } }
    /// Where a server tells of no cache, nothing was in it.
    func sumOfKnown(_ a: Int?, _ b: Int?) -> Int? { a == nil && b == nil ? nil : (a ?? 0) + (b ?? 0) }
    return TokenUsage(
      prompt: sum(prompt, other.prompt), completion: sum(completion, other.completion),
      cachedPrompt: sumOfKnown(cachedPrompt, other.cachedPrompt),
      cacheWrites: sumOfKnown(cacheWrites, other.cacheWrites),
      longCacheWrites: sumOfKnown(longCacheWrites, other.longCacheWrites))
  }
}
