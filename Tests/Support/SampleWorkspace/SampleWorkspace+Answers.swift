import Domain
import Evidence
import WorkbenchCore

extension SampleWorkspace {
  /// The snapshot with answers to what a pane asks, as far as the sample has any; other queries stay unanswered.
  package static func answering(_ queries: Set<AnyQuery>, in snapshot: Snapshot) -> Snapshot {
    var snapshot = snapshot
    for query in queries.map(\.base) {
      if let query = query as? RenderQuery {
        if let rendered = rendered(query.request) { snapshot[query] = .ready(rendered) }
      } else if let query = query as? ComparisonQuery, (query.a, query.b) == (runs.prompted.id, runs.tuned.id) {
        snapshot[query] = .ready(comparison)
      } else if let query = query as? PromptVersionsQuery {
        if let versions = versions(query, in: snapshot) { snapshot[query] = .ready(versions) }
      } else if let query = query as? AblationQuery, query.request.variant == prompted.name {
        snapshot[query] = .ready(ablation)
      } else if let query = query as? VerdictQuery {
        snapshot[query] = .ready(verdict)
      } else if let query = query as? JobDetailQuery {
        let detail =
          query.id == running.job.id ? running : snapshot.jobs.first { $0.id == query.id }.map { JobDetail(job: $0) }
        if let detail { snapshot[query] = .ready(detail) }
      }
    }
    return snapshot
  }

  /// What the sections of `prompted` are worth: one helps, the other isn't measured yet.
  private static let ablation: AblationReport = {
    var role = AblationReport.Row(title: "role", role: .system)
    let pairs = PairedComparison(PairedOutcomes(both: 3, onlyA: 5, onlyB: 0, neither: 4))
    (role.comparison, role.effect, role.tokens) = (pairs.adjusted(pValue: 0.0625, family: 1), .notShown, 15)
    role.run = runs.prompted
    var report = AblationReport(
      variant: prompted.name, set: set.name, cases: cases.count, full: runs.prompted,
      rows: [role, AblationReport.Row(title: "task", role: .system)],
      kept: AblationPlan(workspace.prompts[0], .all).kept)
    (report.open, report.detectable) = (12, 0.5)
    return report
  }()

  /// The versions of a variant's prompt, without comparisons.
  private static func versions(_ query: PromptVersionsQuery, in snapshot: Snapshot) -> PromptVersions? {
    guard let variant = query.variant.flatMap(workspace.variant), let prompt = workspace.prompt(variant.prompt)
    else { return nil }
    let entries = PromptVersions.entries(
      of: variant, prompt: prompt.name, current: PromptVersion(freezing: prompt, variant.choice), on: query.set ?? "",
      stored: snapshot.versions, runs: snapshot.runs)
    return PromptVersions(
      variant: variant.name, prompt: prompt.name, set: query.set ?? "", entries: entries.reversed())
  }

  /// A prompt as a case fills it, with a token for each four characters.
  private static func rendered(_ request: RenderRequest) -> RenderedPrompt? {
    guard let variant = workspace.variant(request.variant), let prompt = workspace.prompt(variant.prompt),
      let evalCase = cases.first(where: { $0.id == request.caseID }) ?? cases.first
    else { return nil }
    let version = PromptVersion(freezing: prompt, variant.choice)
    let parts = version.parts.compactMap { part -> RenderedPrompt.Part? in
      guard let text = try? PromptTemplate.fill(part.body, with: evalCase.input) else { return nil }
      return RenderedPrompt.Part(title: part.title, role: part.role, text: text, tokens: text.count / 4)
    }
    guard let messages = try? version.messages(for: evalCase.input) else { return nil }
    return RenderedPrompt(
      request: request, version: version.hash, parts: parts, messages: messages, countsAreExact: true)
  }
}
