import Content

/// Which outputs become training rows, and of which kind.
public struct CollectRequest: Sendable, Hashable {
  /// What the rows teach.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The best answer to each case.
    case answers
    /// A good answer to each case, and one that is worse.
    case pairs
  }
  /// The runs whose outputs are taken; the same cases of several runs compete.
  public var runs: [RunID]
  /// What the rows teach.
  public var kind: Kind
  /// The prompt that the rows carry: what the tuned model will be asked with. Where nil, the one that all runs sent, as it
  /// is now. To distil a large model with a long prompt into a small one with a short prompt, name the short one.
  public var prompt: PromptName?
  /// What an answer must be besides passed by its graders.
  public var filter: HarvestFilter
  /// The file to write, relative to the workspace.
  public var path: String
  /// Makes a request.
  public init(
    runs: [RunID], kind: Kind = .answers, prompt: PromptName? = nil, filter: HarvestFilter = HarvestFilter(),
    path: String
  ) {
    self.runs = runs
    self.kind = kind
    self.prompt = prompt
    self.filter = filter
    self.path = path
  }
  /// Takes one run's passed answers.
  public init(run: RunID, prompt: PromptName? = nil, path: String) {
    self.init(runs: [run], prompt: prompt, path: path)
  }

  /// A file for what these runs give, such as `train/collected-3.jsonl`.
  public static func path(of runs: [RunID], kind: Kind) -> String {
    let names = runs.count > 4 ? "\(runs.count)-runs" : runs.map(\.description).joined(separator: "-")
    return "train/\(kind == .pairs ? "pairs" : "collected")\(names.isEmpty ? "" : "-" + names).jsonl"
  }
}

/// What an answer must be to be learnt, besides passed by its graders. What a person preferred or wrote passes always.
public struct HarvestFilter: Sendable, Hashable {
  /// The least score, 0 to 1.
  public var minScore: Double?
  /// The least share of a case's repeats that gave the same answer (self-consistency: Wang et al. 2023), above 0 up to 1.
  public var minAgreement: Double?
  /// Makes a filter.
  public init(minScore: Double? = nil, minAgreement: Double? = nil) {
    self.minScore = minScore
    self.minAgreement = minAgreement
  }
}

/// What came of collecting.
public struct HarvestReport: Sendable, Hashable {
  /// Why a case gave no row; the first one that holds for its most promising answer, in this order.
  public enum Reason: String, Sendable, Hashable, CaseIterable {
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
  public var path = ""
  /// Rows written.
  public var rows = 0
  /// How many of them a person wrote.
  public var edited = 0
  /// How many of them a person preferred.
  public var preferred = 0
  /// Cases that gave no row, by reason.
  public var leftOut: [Reason: Int] = [:]
  /// Makes an empty report.
  public init() {}

  /// Cases that gave no row, in a few words; nil when every one gave one.
  public var leftOutWords: String? {
    let parts = Reason.allCases.compactMap { reason in leftOut[reason].map { "\(reason.rawValue) \($0)" } }
    return parts.isEmpty ? nil : "cases left out: " + parts.joined(separator: ", ")
  }
}
