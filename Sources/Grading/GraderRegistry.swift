/// The kinds of graders that descriptions can name.
package struct GraderRegistry: Sendable {
  /// The kinds, in the order in which types are listed.
  package let kinds: [any GraderKind.Type]
  /// The names of all types, in the order of the kinds; each can also be written with `not-` before it.
  package let types: [String]

  /// A registry of kinds, no two of which may have a type in common.
  package init(_ kinds: [any GraderKind.Type]) {
    self.kinds = kinds
    types = kinds.flatMap { $0.types }
  }

  /// The same with further kinds.
  package func adding(_ more: any GraderKind.Type...) -> GraderRegistry { GraderRegistry(kinds + more) }

  /// Assay's own kinds.
  package static let builtIn = GraderRegistry([
    ExactGrader.self, ContainsGrader.self, StartsWithGrader.self, RegexGrader.self, JSONEqualGrader.self,
    JSONFormGrader.self, LevenshteinGrader.self, WordCountGrader.self, NumberGrader.self, DateGrader.self,
    ChoiceGrader.self, SetF1Grader.self, ListItemsGrader.self, BLEUGrader.self, ChrFGrader.self, ROUGEGrader.self,
    RefusalGrader.self, LimitGrader.self, FinishReasonGrader.self, ToolCallsGrader.self, ToolCallFormGrader.self,
    ToolCallF1Grader.self, CommandGrader.self, JudgeGrader.self,
  ])

  /// The kind that a type belongs to.
  func kind(of type: String) -> (any GraderKind.Type)? { kinds.first { $0.types.contains(type) } }

  /// promptfoo's types that ask a model, run a program or look at more than the answer.
  static let foreignTypes: Set<String> = [
    "answer-relevance", "classifier", "contains-html", "contains-sql", "contains-xml", "context-faithfulness",
    "context-recall", "context-relevance", "conversation-relevance", "factuality", "g-eval", "gleu", "guardrails",
    "is-html", "is-sql", "is-xml", "javascript", "llm-rubric", "pi", "meteor", "model-graded-closedqa",
    "model-graded-factuality", "moderation", "perplexity", "perplexity-score", "python", "ruby", "similar",
    "similar:cosine", "similar:dot", "similar:euclidean", "skill-used", "search-rubric", "webhook", "select-best",
    "max-score", "human",
  ]
}
