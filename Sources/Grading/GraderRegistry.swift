/// All kinds of graders.
enum GraderRegistry {
  static let kinds: [any GraderKind.Type] = [
    ExactGrader.self, ContainsGrader.self, StartsWithGrader.self, RegexGrader.self, JSONEqualGrader.self,
    JSONFormGrader.self, LevenshteinGrader.self, WordCountGrader.self, NumberGrader.self, DateGrader.self,
    ChoiceGrader.self, SetF1Grader.self, ListItemsGrader.self, BLEUGrader.self, ChrFGrader.self, ROUGEGrader.self,
    RefusalGrader.self, LimitGrader.self, FinishReasonGrader.self, ToolCallsGrader.self, ToolCallFormGrader.self,
    ToolCallF1Grader.self, CommandGrader.self, JudgeGrader.self,
  ]

  /// The names of all types, in the order of the kinds.
  static let types: [String] = kinds.flatMap { $0.types }

  /// The kind that a type belongs to.
  static func kind(of type: String) -> (any GraderKind.Type)? { kinds.first { $0.types.contains(type) } }

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
