import Domain
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
