/// How a prompt looks to the model when a case fills it, with token counts: estimated first, then the tokenizer's own
/// where they can be had.
package struct RenderQuery: Query {
  /// The prompt and the case.
  package var request: RenderRequest
  /// Asks for a prompt as a case fills it.
  package init(_ request: RenderRequest) { self.request = request }

  /// The prompt and the case are files.
  package var sources: Set<QuerySource> { [.files] }

  /// Fills the prompt, then counts its tokens.
  package func answer(
    on workbench: isolated Workbench, partial: (RenderedPrompt) -> Void
  ) async throws -> RenderedPrompt {
    try await workbench.render(request, known: workbench.snapshot[self].answer, partial: partial)
  }
}

/// Two runs lined up case by case.
package struct ComparisonQuery: Query {
  /// The first run.
  package var a: RunID
  /// The second run.
  package var b: RunID
  /// The eval set whose cases count; outputs on an earlier version of it are scored again.
  package var set: String
  /// Asks for two runs side by side.
  package init(a: RunID, b: RunID, set: String) {
    self.a = a
    self.b = b
    self.set = set
  }

  /// The cases, and both runs' outputs.
  package var sources: Set<QuerySource> { [.files, .run(a), .run(b)] }

  /// Reads both runs' outputs and lines them up.
  package func answer(on workbench: isolated Workbench, partial: (Comparison) -> Void) async throws -> Comparison {
    try await workbench.compare(a, b, set: set)
  }
}

/// A job with its curves, log, checkpoints and samples. It is kept up to date while the job goes on.
package struct JobDetailQuery: Query {
  /// The job.
  package var id: JobID
  /// Asks for a job.
  package init(_ id: JobID) { self.id = id }

  /// What the job's folder says is followed by itself.
  package var sources: Set<QuerySource> { [] }

  /// Reads the job's folder, part by part where it is large.
  package func answer(on workbench: isolated Workbench, partial: (JobDetail) -> Void) async throws -> JobDetail {
    try await workbench.detail(of: id, partial: partial)
  }

  /// Large curves can be read again.
  package func keeps(_ answer: JobDetail) -> Bool { answer.curves[.loss].count <= 500_000 }
}

/// What a job would take: rows, steps, tokens, time, memory and dollars.
package struct TrainingEstimateQuery: Query {
  /// The job.
  package var request: TrainRequest
  /// Asks what a job would take.
  package init(_ request: TrainRequest) { self.request = request }

  /// The rows and settings, and the pace of earlier jobs.
  package var sources: Set<QuerySource> { [.files, .jobs] }

  /// Counts rows and tokens, and looks at the machine.
  package func answer(
    on workbench: isolated Workbench, partial: (TrainingEstimate) -> Void
  ) async throws -> TrainingEstimate {
    await workbench.estimate(request)
  }
}

/// Which way to go, from everything that was measured and declared; nil where there is no eval set.
package struct VerdictQuery: Query {
  /// Asks for the verdict.
  package init() {}

  /// Everything that was measured and declared.
  package var sources: Set<QuerySource> { [.files, .runs, .jobs, .reviews] }

  /// Pairs the runs that stand for the variants, and weighs the facts.
  package func answer(
    on workbench: isolated Workbench, partial: (VerdictReport?) -> Void
  ) async throws -> VerdictReport? {
    try await workbench.verdict()
  }
}

/// What a run answered to the cases of an eval set as it is now.
package struct OutputsQuery: Query {
  /// The run.
  package var run: RunID
  /// The eval set.
  package var set: String
  /// Asks for a run's outputs.
  package init(run: RunID, set: String) {
    self.run = run
    self.set = set
  }

  /// The cases, and the run's outputs.
  package var sources: Set<QuerySource> { [.files, .run(run)] }

  /// Reads the run's outputs, scoring those of edited sets again.
  package func answer(on workbench: isolated Workbench, partial: (RunOutputs) -> Void) async throws -> RunOutputs {
    try await workbench.outputs(of: run, on: set)
  }
}

/// A run's outputs by case.
package struct RunOutputs: Sendable {
  /// The run.
  package var run: Run
  private var byCase: [String: Output]
  /// Gathers outputs; of several samples of a case the representative one counts.
  package init(run: Run, outputs: [Output]) {
    self.run = run
    byCase = outputs.representatives
  }
  /// The output that stands for a case.
  package subscript(caseID: String) -> Output? { byCase[caseID] }
}

extension Snapshot {
  /// The best prompted and the best tuned run on a set, of those that stand for a variant and have answers; none, one or
  /// two.
  package func sides(on set: String) -> [Run] {
    let runs = workspace.variants.compactMap { meantRun(of: $0.name, on: set)?.run }.filter { $0.summary.done > 0 }
    let ranked = VerdictReport.ranked(runs, of: workspace.variants)
    return [ranked.first { !$0.variant.isTuned }, ranked.first { $0.variant.isTuned }].compactMap(\.self)
  }
}

/// Why requests of a run have no answer, or answers no score, with how many.
package struct FailuresQuery: Query {
  /// The run.
  package var run: RunID
  /// Asks why answers of a run are missing.
  package init(_ run: RunID) { self.run = run }

  /// The run's outputs.
  package var sources: Set<QuerySource> { [.run(run)] }

  /// Counts the reasons in the database.
  package func answer(on workbench: isolated Workbench, partial: ([String: Int]) -> Void) async throws -> [String: Int]
  {
    let failures = try await workbench.missingReasons(of: run)
    return Dictionary(failures.map { ($0.reason, $0.count) }, uniquingKeysWith: +)
  }
}
