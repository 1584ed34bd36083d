import Content

/// Which outputs become training rows, and of which kind.
package struct CollectRequest: Sendable, Hashable {
  /// What the rows teach.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The best answer to each case.
    case answers
    /// A good answer to each case, and one that is worse.
    case pairs
  }
  /// The runs whose outputs are taken; the same cases of several runs compete.
  package var runs: [RunID]
  /// What the rows teach.
  package var kind: Kind
  /// The prompt that the rows carry: what the tuned model will be asked with. Where nil, the one that all runs sent, as it
  /// is now. To distil a large model with a long prompt into a small one with a short prompt, name the short one.
  package var prompt: PromptName?
  /// What an answer must be besides passed by its graders.
  package var filter: CollectFilter
  /// The file to write, relative to the workspace.
  package var path: String
  package init(
    runs: [RunID], kind: Kind = .answers, prompt: PromptName? = nil, filter: CollectFilter = CollectFilter(),
    path: String
  ) {
    self.runs = runs
    self.kind = kind
    self.prompt = prompt
    self.filter = filter
    self.path = path
  }
  /// Takes one run's passed answers.
  package init(run: RunID, prompt: PromptName? = nil, path: String) {
    self.init(runs: [run], prompt: prompt, path: path)
  }

  /// A file for what these runs give, such as `train/collected-3.jsonl`.
  package static func path(of runs: [RunID], kind: Kind) -> String {
    let names = runs.count > 4 ? "\(runs.count)-runs" : runs.map(\.description).joined(separator: "-")
    return "train/\(kind == .pairs ? "pairs" : "collected")\(names.isEmpty ? "" : "-" + names).jsonl"
  }
}

/// What an answer must be to be learnt, besides passed by its graders. What a person preferred or wrote passes always.
package struct CollectFilter: Sendable, Hashable {
  /// The least score, 0 to 1.
  package var minScore: Double?
  /// The least share of a case's repeats that gave the same answer (self-consistency: Wang et al. 2023), above 0 up to 1.
  package var minAgreement: Double?
  /// Whether only pairs count of which a person preferred one.
  package var onlyPreferred: Bool
  package init(minScore: Double? = nil, minAgreement: Double? = nil, onlyPreferred: Bool = false) {
    self.minScore = minScore
    self.minAgreement = minAgreement
    self.onlyPreferred = onlyPreferred
  }
}

/// What came of collecting.
package struct CollectReport: Sendable, Hashable {
  /// Why a case gave no row; the first one that holds for its most promising answer, in this order.
  package enum Reason: String, Sendable, Hashable, CaseIterable {
    /// A person found another answer better, or no answer good.
    case worse = "found worse by a person"
    case disagreed = "repeats disagreed"
    case lowScore = "score too low"
    case failed = "failed the graders"
    case unscored = "not scored"
    case cut = "cut off by a limit"
    case blank = "empty"
    /// The case's input was edited after the run.
    case changed = "input edited since"
    /// The case is no longer in its set.
    case gone = "no longer in the set"
    case unanswered = "not answered"
    /// Nothing stands against the good answer.
    case unopposed = "no worse answer to hold against it"
  }
  /// The file, relative to the workspace.
  package var path = ""
  /// Rows written.
  package var rows = 0
  /// How many of them a person wrote.
  package var edited = 0
  /// How many of them a person preferred.
  package var preferred = 0
  /// Cases that gave no row, by reason.
  package var leftOut: [Reason: Int] = [:]
  package init() {}

  /// Cases that gave no row, in a few words; nil when every one gave one.
  package var leftOutWords: String? {
    let parts = Reason.allCases.compactMap { reason in leftOut[reason].map { "\(reason.rawValue) \($0)" } }
    return parts.isEmpty ? nil : "cases left out: " + parts.joined(separator: ", ")
  }
}
