/// How a prompt looks to the model when a case fills it, with token counts: estimated first, then the tokenizer's own
/// where they can be had.
public struct RenderQuery: Query {
  /// The prompt and the case.
  public var request: RenderRequest
  /// Asks for a prompt as a case fills it.
  public init(_ request: RenderRequest) { self.request = request }

  /// The prompt and the case are files.
  public var sources: Set<QuerySource> { [.files] }

  /// Fills the prompt, then counts its tokens.
  public func answer(
    on workbench: isolated Workbench, partial: (RenderedPrompt) -> Void
  ) async throws -> RenderedPrompt {
    try await workbench.render(request, known: workbench.snapshot[self].answer, partial: partial)
  }
}

/// Two runs lined up case by case.
public struct ComparisonQuery: Query {
  /// The first run.
  public var a: RunID
  /// The second run.
  public var b: RunID
  /// The eval set whose cases count; outputs on an earlier version of it are scored again.
  public var set: String
  /// Asks for two runs side by side.
  public init(a: RunID, b: RunID, set: String) {
    self.a = a
    self.b = b
    self.set = set
  }

  /// The cases, and both runs' outputs.
  public var sources: Set<QuerySource> { [.files, .run(a), .run(b)] }

  /// Reads both runs' outputs and lines them up.
  public func answer(on workbench: isolated Workbench, partial: (Comparison) -> Void) async throws -> Comparison {
    try await workbench.compare(a, b, set: set)
  }
}

/// A job with its curves, log, checkpoints and samples. It is kept up to date while the job goes on.
public struct JobDetailQuery: Query {
  /// The job.
  public var id: JobID
  /// Asks for a job.
  public init(_ id: JobID) { self.id = id }

  /// What the job's folder says is followed by itself.
  public var sources: Set<QuerySource> { [] }

  /// Reads the job's folder, part by part where it is large.
  public func answer(on workbench: isolated Workbench, partial: (JobDetail) -> Void) async throws -> JobDetail {
    try await workbench.detail(of: id, partial: partial)
  }

  /// Large curves can be read again.
  public func keeps(_ answer: JobDetail) -> Bool { answer.curves[.loss].count <= 500_000 }
}

/// What a job would take: rows, steps, tokens, time, memory and dollars.
public struct TrainingEstimateQuery: Query {
  /// The job.
  public var request: TrainRequest
  /// Asks what a job would take.
  public init(_ request: TrainRequest) { self.request = request }

  /// The rows and settings, and the pace of earlier jobs.
  public var sources: Set<QuerySource> { [.files, .jobs] }

  /// Counts rows and tokens, and looks at the machine.
  public func answer(
    on workbench: isolated Workbench, partial: (TrainingEstimate) -> Void
  ) async throws -> TrainingEstimate {
    await workbench.estimate(request)
  }
}

/// Which way to go, from everything that was measured and declared; nil where there is no eval set.
public struct VerdictQuery: Query {
  /// Asks for the verdict.
  public init() {}

  /// Everything that was measured and declared.
  public var sources: Set<QuerySource> { [.files, .runs, .jobs] }

  /// Pairs the runs that stand for the variants, and weighs the facts.
  public func answer(
    on workbench: isolated Workbench, partial: (VerdictReport?) -> Void
  ) async throws -> VerdictReport? {
    try await workbench.verdict()
  }
}

/// What a run answered to the cases of an eval set as it is now.
public struct OutputsQuery: Query {
  /// The run.
  public var run: RunID
  /// The eval set.
  public var set: String
  /// Asks for a run's outputs.
  public init(run: RunID, set: String) {
    self.run = run
    self.set = set
  }

  /// The cases, and the run's outputs.
  public var sources: Set<QuerySource> { [.files, .run(run)] }

  /// Reads the run's outputs, scoring those of edited sets again.
  public func answer(on workbench: isolated Workbench, partial: (RunOutputs) -> Void) async throws -> RunOutputs {
    try await workbench.outputs(of: run, on: set)
  }
}

/// A run's outputs by case.
public struct RunOutputs: Sendable {
  /// The run.
  public var run: Run
  private var byCase: [String: Output]
  /// Gathers outputs; of several samples of a case the representative one counts.
  public init(run: Run, outputs: [Output]) {
    self.run = run
    byCase = outputs.representatives
  }
  /// The output that stands for a case.
  public subscript(caseID: String) -> Output? { byCase[caseID] }
}

extension Snapshot {
  /// The best prompted and the best tuned run on a set, of those that stand for a variant and have answers; none, one or
  /// two.
  public func sides(on set: String) -> [Run] {
    let runs = workspace.variants.compactMap { meantRun(of: $0.name, on: set)?.run }.filter { $0.summary.done > 0 }
    let ranked = VerdictReport.ranked(runs, of: workspace.variants)
    return [ranked.first { !$0.variant.isTuned }, ranked.first { $0.variant.isTuned }].compactMap(\.self)
  }
}

/// Why requests of a run have no answer, or answers no score, with how many.
public struct FailuresQuery: Query {
  /// The run.
  public var run: RunID
  /// Asks why answers of a run are missing.
  public init(_ run: RunID) { self.run = run }

  /// The run's outputs.
  public var sources: Set<QuerySource> { [.run(run)] }

  /// Counts the reasons in the database.
  public func answer(on workbench: isolated Workbench, partial: ([String: Int]) -> Void) async throws -> [String: Int] {
    let failures = try await workbench.missingReasons(of: run)
    return Dictionary(failures.map { ($0.reason, $0.count) }, uniquingKeysWith: +)
  }
}
