import Domain

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
