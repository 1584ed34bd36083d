import Domain
import Evidence
import Foundation

extension VerdictEvidence {
  /// What the criteria that lie side by side take besides the facts.
  /// - Parameter jobs: the workspace's trainings.
  func workshop(_ jobs: [TrainingJob]) -> Criteria.Workshop {
    var workshop = Criteria.Workshop()
    workshop.cases = set.cases.count
    workshop.prompted = way(prompted)
    workshop.tuned = way(tuned)
    let started = versions.map(\.run.started)
    workshop.versions = (
      versions.count, started.max().flatMap { last in started.min().map { last.timeIntervalSince($0) } } ?? 0
    )
    if let prompted {
      let same = measured.filter { !$0.variant.isTuned && $0.run.promptVersion == prompted.run.promptVersion }
      workshop.promptModels = Set(same.map(\.variant.model)).count
    }
    workshop.trainings = jobs.count { $0.state == .finished }
    if let tuned, let job = jobs.first(where: { job in tuned.run.variant.adapter.map { job.made($0) } == true }) {
      let seconds = tuned.run.started.timeIntervalSince(job.created)
      workshop.trainingSeconds = seconds >= 0 ? seconds : nil
    }
    workshop.base = tuned?.variant.untunedModel
    workshop.retrainingsPerYear = workspace.facts.retrainingsPerYear
    return workshop
  }

  private static func host(of endpoint: Endpoint) -> String {
    endpoint.baseURLs.first.flatMap { URL(string: $0)?.host() } ?? "an address"
  }

  private func way(_ measured: MeasuredVariant?) -> Criteria.Workshop.Way {
    var way = Criteria.Workshop.Way()
    guard let measured else { return way }
    way.promptTokens = measured.run.summary.meanPromptTokens
    way.serving =
      switch workspace.model(measured.variant.model)?.api {
      case .endpoint(let endpoint): .server(Self.host(of: endpoint))
      case .mlx: .engine
      case .command: .program
      case .replay: .recording
      case nil: nil
      }
    return way
  }
}
