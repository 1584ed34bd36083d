/// All kinds of graders.
enum GraderRegistry {
  static let kinds: [any GraderKind.Type] = [
    ExactGrader.self, ContainsGrader.self, StartsWithGrader.self, RegexGrader.self, JSONEqualGrader.self,
    JSONFormGrader.self, LevenshteinGrader.self, WordCountGrader.self,
    CommandGrader.self, JudgeGrader.self,
  ]

  /// The names of all types, in the order of the kinds.
  static let types: [String] = kinds.flatMap { $0.types }

  /// The kind that a type belongs to.
  static func kind(of type: String) -> (any GraderKind.Type)? { kinds.first { $0.types.contains(type) } }

  /// promptfoo's types that ask a model, run a program or look at more than the answer.
  static let foreignTypes: Set<String> = [
    "answer-relevance", "bleu", "classifier", "contains-html", "contains-sql", "contains-xml", "context-faithfulness",
    "context-recall", "context-relevance", "conversation-relevance", "cost", "factuality", "finish-reason", "g-eval",
    "gleu", "guardrails", "is-html", "is-refusal", "is-sql", "is-valid-function-call", "is-valid-openai-function-call",
    "is-valid-openai-tools-call", "is-xml", "javascript", "latency", "llm-rubric", "pi", "meteor",
    "model-graded-closedqa", "model-graded-factuality", "moderation", "perplexity", "perplexity-score", "python",
    "rouge-n", "ruby", "similar", "similar:cosine", "similar:dot", "similar:euclidean", "tool-call-f1", "skill-used",
    "search-rubric", "webhook", "select-best", "max-score", "human",
  ]
}
