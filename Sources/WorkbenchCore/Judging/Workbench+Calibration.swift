import Content
import Domain
import Evidence
import Grading

extension Judge {
  /// The file of what a person said of answers.
  package var labelsFile: String { "\(Self.folder)/\(name).labels.jsonl" }
  /// The file of how far it agrees with that.
  package var calibrationFile: String { "\(Self.folder)/\(name).calibration.json" }
  /// The file of how it did on the trap pairs.
  package var trapsFile: String { "\(Self.folder)/\(name).traps.json" }
}

extension Workbench {
  /// The judge called `name`.
  /// - Throws: `WorkbenchError` that says what there is, or what is wrong with its file.
  package func judge(named name: String) throws -> Judge {
    let workspace = snapshot.workspace
    if let judge = workspace.judge(name) { return judge }
    let file = "\(Judge.folder)/\(name).md"
    let problems = workspace.problems.filter { $0.severity == .error && $0.file == file }
    guard problems.isEmpty else { throw WorkbenchError.flawed("judged", problems) }
    throw WorkbenchError.unknown("judge", name, among: workspace.judges.map(\.name))
  }

  /// Everything that decides what a judge says.
  func identity(of judge: Judge) -> ContentHash {
    let models = judge.models.map { name -> JSONValue in
      guard let model = snapshot.workspace.model(name) else { return .null }
      return [.string(model.place.hex), .object(model.options)]
    }
    return ContentHash(hex: SHA256.hex(JSONValue.array([judge.json, .array(models)]).text()))
  }

  /// Runs that stand for variants on sets that a judge judges, with what it says of their answers.
  func judgedRuns(by judge: Judge, on name: String?) async throws -> [(run: Run, set: EvalSet, outputs: [Output])] {
    if snapshot.bases.isEmpty { await refreshBases() }
    var found: [(run: Run, set: EvalSet, outputs: [Output])] = []
    for set in snapshot.workspace.evalSets where name == nil || set.name == name {
      guard set.graders.graders.contains(where: { $0.judge == judge.name }) else { continue }
      for variant in snapshot.workspace.variants {
        guard let run = snapshot.meantRun(of: variant.name, on: set.name)?.run, run.set == set.name else { continue }
        found.append((run, set, try await outputs(of: run, on: set).outputs))
      }
    }
    return found
  }

  /// Answers to be labelled to calibrate a judge.
  /// - Parameter set: The eval set; all that the judge judges where nil.
  package func calibrationSheet(
    for judge: Judge, on set: String?, most: Int = CalibrationSheet.most
  ) async throws -> (sheet: CalibrationSheet, prompts: Set<ContentHash>) {
    var items: [CalibrationSheet.Item] = []
    var prompts: Set<ContentHash> = []
    for (run, set, outputs) in try await judgedRuns(by: judge, on: set) {
      let cases = Dictionary(set.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      for output in outputs {
        guard let evalCase = cases[output.caseID], let answer = output.answer,
          let passes = Self.judgement(by: judge, of: output, with: set.graders(of: evalCase))
        else { continue }
        prompts.insert(run.promptVersion)
        items.append(
          CalibrationSheet.Item(
            set: set.name, caseID: evalCase.id, input: evalCase.input, expected: evalCase.expected,
            answer: AnswerText(answer.text, reasoning: set.keepsReasoning ? .keep : .cut).text,
            judgePasses: passes))
      }
    }
    return (CalibrationSheet(choosing: items, most: most), prompts)
  }

  /// What a person said of answers so far.
  package func labels(for judge: Judge) async throws -> HumanLabels {
    guard let text = try await dependencies.files.text(of: judge.labelsFile) else { return HumanLabels() }
    return try HumanLabels(text, file: judge.labelsFile)
  }

  /// Keeps labels, and measures how far a judge agrees with all that were ever given.
  /// - Returns: the record, and answers of the half for tuning on which both differ.
  package func calibrate(
    _ judge: Judge, on set: String?, with labels: HumanLabels
  ) async throws -> (record: JudgeRecord, disagreements: [CalibrationSheet.Item]) {
    try requireTrust()
    var all = try await self.labels(for: judge)
    all.merge(labels)
    let (sheet, prompts) = try await calibrationSheet(for: judge, on: set, most: .max)
    let known = sheet.items.filter { all.passes[$0.id] != nil }
    guard !known.isEmpty else {
      throw WorkbenchError.input(
        sheet.items.isEmpty
          ? "The judge \(judge.name) has judged no answers yet: run `assay eval` on a set whose graders ask it."
          : "None of the labels belongs to an answer that the judge \(judge.name) has judged. Write a sheet with "
            + "`assay judge calibrate \(judge.name) --sheet FILE`, and label that.")
    }
    try await dependencies.files.write(text: all.text, to: judge.labelsFile)
    let record = JudgeRecord(judge: identity(of: judge), prompts: prompts, sheet: sheet, labels: all)
    try await dependencies.files.write(text: record.json.text(.pretty) + "\n", to: judge.calibrationFile)
    return (record, known.filter { $0.isForTuning && all.passes[$0.id] != $0.judgePasses })
  }

  /// How a judge stands, for a run where one is given.
  package func standing(of judge: Judge, for run: Run? = nil) async -> JudgeStanding {
    let now = identity(of: judge)
    var standing = JudgeStanding(judge: judge.name)
    if let text = try? await dependencies.files.text(of: judge.calibrationFile),
      let json = try? JSONValue(parsing: text), let record = JudgeRecord(json: json)
    {
      standing.record = record
      if record.judge != now {
        standing.staleness =
          "The judge \(judge.name) was calibrated before its prompt, its models or its scale changed."
      } else if let run, !record.prompts.contains(run.promptVersion) {
        standing.staleness =
          "The judge \(judge.name) was calibrated on answers to other prompts than that of \(run.variant.name)."
      }
    }
    if let text = try? await dependencies.files.text(of: judge.trapsFile), let json = try? JSONValue(parsing: text),
      json["judge"]?.string == now.hex
    {
      standing.failedTraps = json["failed"]?.array?.count
    }
    return standing
  }

  /// Why a score of runs may not gate: a judge that counts in it isn't trusted with that. Nil where it may.
  package func gateObstacle(of variant: String, on setName: String?) async -> String? {
    guard let subject = try? subject(variant: variant, set: setName) else { return nil }
    for grader in subject.set.graders.graders where grader.weight > 0 {
      guard let judge = grader.judge.flatMap(snapshot.workspace.judge) else { continue }
      let standing = await standing(of: judge)
      if let obstacle = standing.obstacle { return obstacle }
      if let record = standing.record, !record.prompts.contains(subject.version.hash) {
        return
          "The judge \(judge.name) was calibrated on answers to other prompts than that of \(variant): evaluate without "
          + "--fail-under, and calibrate it again."
      }
    }
    return nil
  }

  /// A judge's pass rate in a run, beside what a person would find.
  package struct JudgedRate: Sendable, Hashable {
    /// The judge's name.
    package var judge: String
    /// The judge's own.
    package var judged: Proportion
    /// Corrected for its errors; nil where they aren't known.
    package var corrected: Estimate?
    /// Labels behind the correction.
    package var labels: Int
    /// Why there is no correction, as a sentence.
    package var reason: String?
  }

  /// Whether a judge passes an answer; nil where it has not judged it.
  private static func judgement(by judge: Judge, of output: Output, with graders: GraderSet) -> Bool? {
    guard let index = graders.graders.firstIndex(where: { $0.judge == judge.name }),
      output.scores.indices.contains(index), let passed = output.scores[index].passed
    else { return nil }
    return passed != graders.graders[index].isNegated
  }

  /// The pass rates of a run's judges.
  package func judgedRates(of run: Run) async throws -> [JudgedRate] {
    guard let set = snapshot.workspace.evalSet(run.set) else { return [] }
    var rates: [JudgedRate] = []
    let outputs = try await outputs(of: run, on: set).outputs
    let cases = Dictionary(set.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for judge in snapshot.workspace.judges(of: set) {
      let passed = outputs.compactMap { output in
        cases[output.caseID].flatMap { Self.judgement(by: judge, of: output, with: set.graders(of: $0)) }
      }
      let standing = await standing(of: judge, for: run)
      let judged = Proportion(passed)
      let corrected = standing.corrected(judged)
      var reason: String?
      if corrected == nil {
        reason =
          standing.record == nil
          ? "not calibrated: assay judge calibrate \(judge.name)"
          : standing.staleness ?? "too few labels, or a judge that tells too little apart"
      }
      rates.append(
        JudgedRate(
          judge: judge.name, judged: judged, corrected: corrected, labels: standing.record?.labels ?? 0, reason: reason)
      )
    }
    return rates
  }

  /// A judge's pass rates of both runs of a comparison.
  package struct JudgedComparison: Sendable {
    /// The first run's.
    package var a: JudgedRate
    /// The second run's.
    package var b: JudgedRate
    /// The difference that a person would find, of B from A; nil where the judge isn't all that counts, or where its errors
    /// aren't known for both.
    package var difference: (difference: Double, interval: Interval)?
  }

  /// The pass rates of the judges of two runs.
  package func judgedRates(of comparison: Comparison) async throws -> [JudgedComparison] {
    guard let set = snapshot.workspace.evalSet(comparison.a.set) else { return [] }
    let (first, second) = (try await judgedRates(of: comparison.a), try await judgedRates(of: comparison.b))
    let counting = set.graders.graders.filter { $0.weight > 0 }
    var judged: [JudgedComparison] = []
    for (a, b) in zip(first, second) {
      var difference: (difference: Double, interval: Interval)?
      if a.corrected != nil, b.corrected != nil, counting.count == 1, counting[0].judge == a.judge,
        let judge = snapshot.workspace.judge(a.judge), let record = await standing(of: judge).current
      {
        difference = record.calibration.corrected(comparison.paired)
      }
      judged.append(JudgedComparison(a: a, b: b, difference: difference))
    }
    return judged
  }
}
