import Domain

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
