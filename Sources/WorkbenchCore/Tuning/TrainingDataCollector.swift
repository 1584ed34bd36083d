import Content
import Domain

/// Makes training rows of runs' outputs: for each case the best answer that passed, or a good and a worse one.
///
/// An answer is good when its graders passed it and the filter lets it through, or when a person preferred it; what a
/// person wrote in its place comes before all answers. What a person found worse than another is never learnt.
struct TrainingDataCollector {
  /// A run with what its outputs are about.
  struct Source {
    var run: Run
    var outputs: [Output]
    var set: EvalSet
    /// What the tuned model will be asked with.
    var version: PromptVersion
    /// Outputs to a case whose input was edited since, by `Output.id`.
    var changed: Set<String> = []
  }

  let request: CollectRequest
  let reviews: Reviews
  private(set) var rows: [TrainingRow] = []
  private(set) var report = CollectReport()

  /// - Throws: `WorkbenchError.input` when a case lacks what the prompt asks for.
  init(_ request: CollectRequest, from sources: [Source], reviews: Reviews) throws {
    self.request = request
    self.reviews = reviews
    report.path = request.path
    var seen: Set<String> = []
    for source in sources where seen.insert(source.set.name).inserted {
      let rivals = sources.filter { $0.set.name == source.set.name }
      try collect(source.set, rivals)
    }
    report.rows = rows.count
  }

  private mutating func collect(_ set: EvalSet, _ sources: [Source]) throws {
    let candidates = Dictionary(grouping: sources.flatMap { Self.candidates($0, request.filter) }, by: \.output.caseID)
    var missing: [(id: String, failure: PromptTemplate.Failure)] = []
    for evalCase in set.cases {
      guard var rivals = candidates[evalCase.id], let version = sources.first?.version else { continue }
      mark(&rivals, evalCase, set)
      switch choice(of: rivals, evalCase, set) {
      case .failure(let reason): report.leftOut[reason.reason, default: 0] += 1
      case .success(let choice):
        do {
          add(choice, evalCase, set, asked: try version.messages(for: evalCase.input))
        } catch let failure as PromptTemplate.Failure {
          missing.append((evalCase.id, failure))
        }
      }
    }
    let known = Set(set.cases.map(\.id))
    let gone = candidates.keys.count { !known.contains($0) }
    if gone > 0 { report.leftOut[.gone, default: 0] += gone }
    guard let first = missing.first, let name = sources.first?.version.prompt else { return }
    let ids = missing.prefix(3).map(\.id).joined(separator: ", ") + (missing.count > 3 ? ", …" : "")
    throw WorkbenchError.input(
      "The prompt \"\(name)\" can't be filled for \(missing.count) case\(missing.count == 1 ? "" : "s") of "
        + "\"\(set.name)\" (\(ids)). \(first.failure)")
  }

  // MARK: Candidates

  /// An answer that may be learnt.
  private struct Candidate {
    var run: Run
    var output: Output
    /// Equal for answers that say the same.
    var key: String
    /// Share of the case's repeats that gave this answer; nil without repeats.
    var agreement: Double?
    /// Why it isn't good; nil where it is.
    var reason: CollectReport.Reason?
    var isPreferred = false
    var isWorse = false

    var place: OutputPlace { OutputPlace(run: run.id, sample: output.sample) }
    var text: String { output.answer?.text ?? "" }
    /// What people say counts first, then score, agreement and brevity; of equals the older run's is better.
    func isBelow(_ other: Candidate) -> Bool {
      let (left, right) = (rank, other.rank)
      return left == right ? place > other.place : left < right
    }
    private var rank: (Int, Double, Double, Int) {
      (isPreferred ? isWorse ? 1 : 2 : 0, output.value ?? 0, agreement ?? 0, -text.utf8.count)
    }
  }

  private static func candidates(_ source: Source, _ filter: CollectFilter) -> [Candidate] {
    var keys: [String: [String: Int]] = [:]
    var totals: [String: Int] = [:]
    for output in source.outputs {
      guard let answer = output.answer else { continue }
      keys[output.caseID, default: [:]][key(answer.text), default: 0] += 1
      totals[output.caseID, default: 0] += 1
    }
    return source.outputs.sorted { ($0.caseID, $0.sample) < ($1.caseID, $1.sample) }.map { output in
      let key = output.answer.map { Self.key($0.text) } ?? ""
      var one = Candidate(run: source.run, output: output, key: key)
      if let total = totals[output.caseID], total > 1, output.answer != nil {
        one.agreement = Double(keys[output.caseID]?[key] ?? 0) / Double(total)
      }
      one.reason = reason(against: one, isChanged: source.changed.contains(output.id), filter)
      return one
    }
  }

  /// Why an answer isn't good, before people are asked.
  private static func reason(
    against one: Candidate, isChanged: Bool, _ filter: CollectFilter
  ) -> CollectReport.Reason? {
    guard one.output.isAnswered, let answer = one.output.answer else { return .unanswered }
    if isChanged { return .changed }
    if one.key.isEmpty { return .blank }
    if answer.isCut { return .cut }
    guard let passed = one.output.passed else { return .unscored }
    if !passed { return .failed }
    if let least = filter.minScore, one.output.value ?? 0 < least { return .lowScore }
    // Two thirds are often written as 0.67.
    if let least = filter.minAgreement, (one.agreement ?? 0) < least - 0.005 { return .disagreed }
    return nil
  }

  /// What tells answers apart: the text without the space around it, or the JSON in a canonical form.
  static func key(_ text: String) -> String {
    if let json = try? JSONValue(parsing: text), json.object != nil || json.array != nil {
      return json.canonical.text(.compact)
    }
    let start = text.drop(while: \.isWhitespace)
    return start.lastIndex { !$0.isWhitespace }.map { String(start[...$0]) } ?? ""
  }

  /// What people found of the answers to a case.
  private func mark(_ rivals: inout [Candidate], _ evalCase: EvalCase, _ set: EvalSet) {
    let found = reviews.preferences(on: evalCase, in: set.name)
    guard !found.isEmpty else { return }
    for index in rivals.indices {
      let place = rivals[index].place
      for one in found where one.a == place || one.b == place {
        let better = one.a == place ? one.better : one.better.turned
        if better == .a || better == .both { rivals[index].isPreferred = true } else { rivals[index].isWorse = true }
      }
      // Empty, cut and outdated answers stay what they are.
      let isHopeless = [.unanswered, .changed, .blank, .cut].contains(rivals[index].reason)
      if !isHopeless {
        if rivals[index].isPreferred {
          rivals[index].reason = nil
        } else if rivals[index].isWorse {
          rivals[index].reason = .worse
        }
      }
    }
  }

  // MARK: Choosing

  private struct Choice {
    /// What is learnt; nil where a person wrote it.
    var good: Candidate?
    var correction: Correction?
    /// The answer that a person edited, where its run is among those taken.
    var edited: Candidate?
    var bad: Candidate?
  }

  private struct NoChoice: Error {
    var reason: CollectReport.Reason
  }

  private func choice(
    of rivals: [Candidate], _ evalCase: EvalCase, _ set: EvalSet
  ) -> Result<Choice, NoChoice> {
    let correction = reviews.correction(of: evalCase, in: set.name)
    let good = rivals.filter { $0.reason == nil }.max { $0.isBelow($1) }
    guard correction != nil || good != nil else {
      let order = CollectReport.Reason.allCases
      let reasons = Set(rivals.compactMap(\.reason))
      return .failure(NoChoice(reason: order.first(where: reasons.contains) ?? .unanswered))
    }
    var choice = Choice(good: correction == nil ? good : nil, correction: correction)
    choice.edited = rivals.first { $0.place == correction?.source }
    guard request.kind == .pairs else { return .success(choice) }
    choice.bad = opponent(of: choice, rivals, reviews.preferences(on: evalCase, in: set.name))
    return choice.bad == nil ? .failure(NoChoice(reason: .unopposed)) : .success(choice)
  }

  /// The answer to hold against: the one that was edited or found worse, or else the best of those that failed, since it
  /// has the most to teach; of equals the one whose length is nearest.
  private func opponent(of choice: Choice, _ rivals: [Candidate], _ found: [Preference]) -> Candidate? {
    let key = choice.correction.map { Self.key($0.text) } ?? choice.good?.key ?? ""
    let length = (choice.correction?.text ?? choice.good?.text ?? "").utf8.count
    func weight(_ one: Candidate) -> Int? {
      guard !one.key.isEmpty, one.key != key, one.reason != .changed, one.output.isAnswered else { return nil }
      if let good = choice.good {
        // What a person found between the two counts before everything else.
        for mark in found where mark.a == min(good.place, one.place) && mark.b == max(good.place, one.place) {
          let better = mark.a == good.place ? mark.better : mark.better.turned
          return better == .a ? 3 : nil
        }
      }
      if choice.correction?.source == one.place { return 3 }
      if request.filter.onlyPreferred { return nil }
      if one.isWorse, !one.isPreferred { return 2 }
      return one.reason == .failed ? 1 : nil
    }
    func rank(_ one: Candidate) -> (Int, Double, Int, OutputPlace) {
      (weight(one) ?? 0, one.output.value ?? 0, -abs(one.text.utf8.count - length), one.place)
    }
    return rivals.filter { weight($0) != nil }.max { rank($0) < rank($1) }
  }

  // MARK: Rows

  private mutating func add(_ choice: Choice, _ evalCase: EvalCase, _ set: EvalSet, asked: [ChatMessage]) {
    // What a prompt puts into the assistant's mouth is the beginning of its answer.
    let beginning = asked.last?.role == .assistant ? asked.last?.content ?? "" : ""
    let prompt = beginning.isEmpty ? asked : asked.dropLast()
    let answer = beginning + (choice.correction?.text ?? choice.good?.text ?? "")
    let tools = Conversation(in: evalCase.input)?.tools
    func message(_ text: String) -> RowMessage { tools == nil ? .answer(text) : .answerCalling(text) }
    var members = JSONObject()
    members["tools"] = tools
    if choice.correction != nil { report.edited += 1 }
    if choice.good?.isPreferred == true { report.preferred += 1 }
    var source: JSONObject = ["set": .string(set.name), "case": .string(evalCase.id)]
    if let bad = choice.bad {
      source["chosen"] = .object(origin(choice))
      source["rejected"] = .object(Self.origin(bad))
      rows.append(
        TrainingRow(
          .pair(
            prompt: prompt.map { RowMessage($0) }, chosen: message(answer), rejected: message(beginning + bad.text)),
          members: members, group: evalCase.id, source: source))
    } else {
      for member in origin(choice) { source[member.key] = member.value }
      rows.append(
        TrainingRow(
          .conversation(prompt.map { RowMessage($0) } + [message(answer)]), members: members, group: evalCase.id,
          source: source))
    }
  }

  private func origin(_ choice: Choice) -> JSONObject {
    if let good = choice.good { return Self.origin(good) }
    var origin: JSONObject = [:]
    if let source = choice.correction?.source {
      origin["run"] = JSONValue(Int(source.run.number))
      if let run = choice.edited?.run.variant {
        origin["variant"] = .string(run.name)
        origin["model"] = .string(run.model)
      }
      origin["sample"] = JSONValue(source.sample)
    }
    origin["edited"] = true
    return origin
  }

  private static func origin(_ one: Candidate) -> JSONObject {
    var origin: JSONObject = [
      "run": JSONValue(Int(one.run.id.number)), "variant": .string(one.run.variant.name),
      "model": .string(one.run.variant.model), "sample": JSONValue(one.output.sample),
      "score": one.output.value.map { JSONValue(($0 * 1e4).rounded() / 1e4) } ?? .null,
      "passed": one.output.passed.map { JSONValue($0) } ?? .null,
    ]
    if let agreement = one.agreement { origin["agreement"] = JSONValue((agreement * 1e4).rounded() / 1e4) }
    if one.isPreferred { origin["preferred"] = true }
    if one.isWorse { origin["found_worse"] = true }
    return origin
  }
}
