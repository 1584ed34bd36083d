import ArgumentParser
import Content
import Domain
import NumberFormat
import WorkbenchCore

/// `assay eval`: runs variants over an eval set.
struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Run variants over an eval set; what was answered before is not asked again.",
    discussion: "A case passes when every grader passes it; the score is the graders' weighted mean.")

  @Argument(help: "Variants of the workspace; all of them when none is named.")
  var variants: [String] = []
  @Option(help: "The eval set; the workspace's first when not named.")
  var set: String?
  @Option(help: "The most requests under way at once.")
  var concurrency: Int?
  @Option(help: "Only the first so many cases.")
  var limit: Int?
  @Option(name: .customLong("case"), help: "Only the case with this id; may be repeated.")
  var cases: [String] = []
  @Option(name: .customLong("tag"), help: "Only cases with this tag; may be repeated.")
  var tags: [String] = []
  @Flag(help: "Only cases that did not pass in the variant's newest run.")
  var failed = false
  @Option(help: "Stop after so many requests, for each variant; exits with status 1.")
  var maxCalls: Int?
  @Option(
    help: ArgumentHelp(
      "Stop before the answers cost more than this, for each variant; exits with status 1.", valueName: "dollars"))
  var maxCost: Double?
  @Option(
    help: ArgumentHelp(
      "Send nothing more after this long, for each variant; exits with status 1.", valueName: "seconds"))
  var maxTime: Double?
  @Option(help: "How many answers each case gets; each is asked for, none is a copy.")
  var repeats = 1
  @Flag(help: "Ask everything anew, whatever was answered before. Without it the same command goes on with that run.")
  var fresh = false
  @Flag(
    help: "Hand the requests in as a batch: answered within a day, for less. Interrupted, the same command waits on.")
  var batch = false
  @Flag(help: "Say what it would take, and ask nothing.")
  var estimate = false
  @Flag(help: "For two variants: take the cases in random order and stop as soon as it is clear which one passes more.")
  var untilDecided = false
  @Option(help: "Exit with status 1 when a variant's mean score is below this, 0 to 1.")
  var failUnder: Double?
  @Option(
    help: ArgumentHelp(
      "With --fail-under: exit with status 1 when more than this share of the answers can't be scored.",
      valueName: "percent"))
  var failUnscored = 2.0
  @Flag(help: "With --fail-under: don't fail because lines of the eval set can't be read.")
  var skipBadLines = false
  @OptionGroup var spending: SpendingOptions
  @OptionGroup var patience: PatienceOptions
  @OptionGroup var options: WorkspaceOptions

  func validate() throws {
    if !(0...100).contains(failUnscored) { throw ValidationError("--fail-unscored takes a percentage from 0 to 100.") }
    if let concurrency, concurrency < 1 { throw ValidationError("--concurrency must be at least 1.") }
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
    if let maxCalls, maxCalls < 0 { throw ValidationError("--max-calls must be at least 0.") }
    if let maxCost, !(maxCost >= 0) { throw ValidationError("--max-cost must be at least 0.") }
    if let maxTime, !(maxTime >= 0) { throw ValidationError("--max-time must be at least 0.") }
    if !(1...100).contains(repeats) { throw ValidationError("--repeats must be from 1 to 100.") }
    if untilDecided {
      guard variants.count == 2 else { throw ValidationError("--until-decided takes two variants.") }
      guard !batch, selection.isAll, limit == nil, maxCalls == nil, maxCost == nil, maxTime == nil, failUnder == nil,
        !fresh
      else {
        throw ValidationError(
          "--until-decided goes with --set, --repeats, --concurrency, --max-wait, --estimate and --json only.")
      }
    }
    if let failUnder, !(0...1).contains(failUnder) { throw ValidationError("--fail-under takes a score from 0 to 1.") }
  }

  func run() async throws {
    let workbench = try await estimate ? options.workbench() : options.trustedWorkbench()
    await patience.apply(to: workbench)
    let workspace = await workbench.snapshot.workspace
    Wiring.report(workspace.problems)
    let names = variants.isEmpty ? workspace.variants.map(\.name) + workspace.brokenVariants : variants
    guard !names.isEmpty else { throw WorkbenchError.input("assay.yaml has no variants; add one to evaluate.") }
    if let set, workspace.evalSet(set) == nil {
      throw WorkbenchError.unknown("eval set", set, among: workspace.evalSets.map(\.name))
    }
    var requests: [EvaluateRequest] = []
    for name in names { requests.append(try await request(name, on: workbench)) }
    if failUnder != nil {
      for name in names {
        if let obstacle = await workbench.gateObstacle(of: name, on: set) {
          throw WorkbenchError.input("--fail-under can't be used: \(obstacle)")
        }
      }
    }
    if estimate { return try await Self.tellEstimates(requests, on: workbench, json: options.json) }
    let charge = try await spending.ask(requests.map(Command.evaluate), isLimited: maxCost != nil, on: workbench)
    if untilDecided { return try await decide(requests[0], requests[1], on: workbench) }
    var runs: [Run] = []
    var reports: [JSONValue] = []
    var failure: (any Error)?
    for request in await workbench.grouped(requests) {
      let name = request.variant
      do {
        let expected = charge?.dollars(of: name)
        let run = try await evaluate(request, expected: expected, on: workbench)
        runs.append(run)
        reports.append(
          Report.run(
            run, judging: try await workbench.judging(of: run.id), rates: try await workbench.judgedRates(of: run)))
      } catch  where !(error is CancellationError) {
        failure = failure ?? error
        Wiring.say(names.count > 1 ? "\(name): \(error)" : "assay: \(error)")
        reports.append(await Self.report(of: error, name, set: set, on: workbench))
      }
    }
    let unanswered = try await Self.unanswered(runs, on: workbench)
    await workbench.close()
    if options.json {
      printJSON(JSONValue.array(reports))
    } else if !runs.isEmpty {
      var table = Report.runTable
      table.rows = runs.map(Report.row)
      table.print()
    }
    if let failure { throw ExitCode(ExitStatus.of(failure)) }
    if !unanswered.kept.isEmpty { Wiring.say(unanswered.kept.joined(separator: "\n")) }
    if !unanswered.askedAgain.isEmpty {
      Wiring.say("assay: " + unanswered.askedAgain.joined(separator: "\n       "))
      throw ExitCode(ExitStatus.model)
    }
    try await tellUnscored(runs, on: workbench)
    if failUnder != nil, !skipBadLines { try Self.checkLines(of: runs.map(\.set), in: workspace) }
    if let failUnder, let worst = runs.min(by: { $0.summary.mean < $1.summary.mean }), worst.summary.mean < failUnder {
      Wiring.say(
        "\(worst.variant.name) scores \(NumberFormat.percent(worst.summary.mean)), below \(NumberFormat.percent(failUnder))."
      )
      throw ExitCode(ExitStatus.thresholdMissed)
    }
    if failUnder != nil, let run = runs.first(where: { $0.summary.unscoredShare * 100 > failUnscored }) {
      Wiring.say(
        "\(run.summary.unscored) of \(run.summary.done) answers of \(run.variant.name) were not scored, more than "
          + "\(NumberFormat.percent(failUnscored / 100)): the score says too little of it.")
      throw ExitCode(ExitStatus.thresholdMissed)
    }
  }

  /// Says why answers could not be scored: the most frequent reasons of each run.
  private func tellUnscored(_ runs: [Run], on workbench: Workbench) async throws {
    for run in runs where run.summary.unscored > 0 {
      let reasons = try await workbench.unscoredReasons(of: run.id)
      for reason in reasons.prefix(3) {
        let answers = reason.count == 1 ? "1 answer" : "\(reason.count) answers"
        Wiring.say("\(answers) of \(run.variant.name) not scored: \(reason.reason)")
      }
      if reasons.count > 3 { Wiring.say("  and \(reasons.count - 3) more reasons: assay outputs \(run.id)") }
    }
  }

  /// A score without some of the cases is no score of the set.
  private static func checkLines(of sets: [String], in workspace: Workspace) throws {
    for set in Set(sets).sorted().compactMap(workspace.evalSet) {
      let lines = workspace.unreadLines(of: set)
      guard let first = lines.first?.line else { continue }
      let count = lines.count == 1 ? "1 line" : "\(lines.count) lines"
      Wiring.say(
        "\(count) of \(set.path) can't be read and \(lines.count == 1 ? "is" : "are") not in the score (the first is line "
          + "\(first)): correct \(lines.count == 1 ? "it" : "them"), or pass --skip-bad-lines.")
      throw ExitCode(ExitStatus.thresholdMissed)
    }
  }

  private var selection: CaseSelection { CaseSelection(ids: cases, tags: tags, onlyFailed: failed) }

  private func request(_ variant: String, on workbench: Workbench) async throws -> EvaluateRequest {
    let workspace = await workbench.snapshot.workspace
    var only: [String]?
    if !selection.isAll, let chosen = set.flatMap(workspace.evalSet) ?? workspace.evalSets.first {
      let passed = failed ? try await workbench.passedCases(of: variant, on: chosen) : []
      only = try selection.cases(of: chosen, passed: passed)
      if let limit { only = only.map { Array($0.prefix(limit)) } }
    }
    return EvaluateRequest(
      variant: variant, set: set, limit: limit, only: only, repeats: repeats, isFresh: fresh, inBatches: batch,
      concurrency: concurrency,
      budget: RunPlan.Budget(calls: maxCalls, dollars: maxCost, seconds: maxTime))
  }

  /// What there is of a run that ended with an error, and the error.
  private static func report(
    of error: any Error, _ variant: String, set: String?, on workbench: Workbench
  ) async -> JSONValue {
    var report: JSONObject = ["variant": .string(variant)]
    // Only what was worked on now: an older run measured something else. The newest runs come first.
    let uses = await workbench.uses
    let run = await workbench.snapshot.runs.first {
      $0.variant.name == variant && (set == nil || $0.set == set) && uses[$0.id] != nil
    }
    if let run, let known = Report.run(run).object { report = known }
    report["error"] = Report.error(error)
    return .object(report)
  }

  /// A sentence for each reason why cases have no answer: those that the same command asks again, and those whose reply
  /// is kept.
  private static func unanswered(
    _ runs: [Run], on workbench: Workbench
  ) async throws -> (askedAgain: [String], kept: [String]) {
    var (askedAgain, kept): ([String], [String]) = ([], [])
    for run in runs where run.summary.errors > 0 {
      let failures = try await workbench.failures(of: run.id)
      for isAskedAgain in [true, false] {
        let reasons = failures.filter { $0.isAskedAgain == isAskedAgain }
        var sentences = reasons.prefix(3).map { failure in
          let cases = failure.cases == 1 ? "1 case" : "\(failure.cases) cases"
          return "\(cases) of \(run.variant.name) (run \(run.id)): \(failure.reason)"
        }
        if reasons.count > 3 { sentences.append("\(reasons.count - 3) more reasons: assay outputs \(run.id)") }
        if isAskedAgain { askedAgain += sentences } else { kept += sentences }
      }
    }
    if !askedAgain.isEmpty { askedAgain.append("Run the same command to retry only those.") }
    return (askedAgain, kept)
  }

  /// Evaluates, and says what it cost against what was expected, where that is known.
  private func evaluate(
    _ request: EvaluateRequest, expected: RunEstimate.Range?, on workbench: Workbench
  ) async throws -> Run {
    let variant = await workbench.snapshot.workspace.variant(request.variant)
    var ignored = Set<String>()
    func tellIgnored() async {
      guard let variant else { return }
      for sentence in await workbench.ignoredOptions(of: variant) where ignored.insert(sentence).inserted {
        Wiring.say(sentence)
      }
    }
    await tellIgnored()
    for sentence in await workbench.judgeCautions(of: request.variant, on: request.set) { Wiring.say(sentence) }
    let run = try await Self.showingProgress(of: workbench, as: request.variant) {
      try await workbench.evaluate(request, consent: .given)
    }
    await tellIgnored()
    if let sentence = try await workbench.cutSentence(of: run) { Wiring.say(sentence) }
    if let sentence = try await workbench.collapseSentence(of: run) { Wiring.say(sentence) }
    if let judging = try await workbench.judging(of: run.id) { Wiring.say(Report.judging(judging, of: run)) }
    for rate in try await workbench.judgedRates(of: run) { Wiring.say(Report.rate(rate, of: run)) }
    if let expected, let use = await workbench.uses[run.id] { Self.settle(expected, use, request.variant) }
    return run
  }
}
