import Content
import Evidence

/// What is wrong with a file of the workspace, where, and what to do. A problem never hides the rest of the workspace.
public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
  /// How much it matters.
  public enum Severity: Sendable, Hashable {
    /// The thing named can't be used until it is mended.
    case error
    /// A default is used instead.
    case warning
  }
  /// How much it matters.
  public var severity: Severity
  /// The file, relative to the workspace.
  public var file: String
  /// The line, counted from 1, where known.
  public var line: Int?
  /// The path of the key in the file, for example `variants.base.temprature`.
  public var key: String?
  /// A sentence that says what is wrong and what to do.
  public var message: String

  /// Makes a problem.
  public init(_ severity: Severity = .error, file: String, line: Int? = nil, key: String? = nil, message: String) {
    self.severity = severity
    self.file = file
    self.line = line
    self.key = key
    self.message = message
  }

  /// `file:line: key: message`, as compilers write it.
  public var description: String {
    file + (line.map { ":\($0)" } ?? "") + ": " + (key.map { "\($0): " } ?? "") + message
  }
}

/// Everything that the files of a workspace say, as read at one moment.
public struct Workspace: Sendable {
  /// The folder, an absolute path.
  public var folder: String
  /// The name in `assay.yaml`, or the folder's name.
  public var name: String
  /// In file order.
  public var models: [ModelSpec]
  /// What the files of certificates hold that models name: the certificates, each as a `CertificateLine`.
  public var certificates: [String: [String]] = [:]
  /// In file order, with the sections read from their folders.
  public var prompts: [Prompt]
  /// In file order, with their cases.
  public var evalSets: [EvalSet]
  /// In file order.
  public var variants: [Variant]
  /// What `assay train` does when told nothing else.
  public var training: TrainingDefaults
  /// What the verdict needs and no run can measure.
  public var facts: WorkspaceFacts
  /// The dollars above which a person is asked before they are spent; it only lowers what applies anyway.
  public var confirmAbove: Double?
  /// Whether `assay.yaml` names the eval sets; else they are the files in `evals`.
  package var namesEvalSets = true
  /// All that is wrong, errors first.
  public var problems: [Problem]

  /// Makes a workspace.
  public init(
    folder: String, name: String, models: [ModelSpec] = [], prompts: [Prompt] = [], evalSets: [EvalSet] = [],
    variants: [Variant] = [], training: TrainingDefaults = TrainingDefaults(), facts: WorkspaceFacts = WorkspaceFacts(),
    problems: [Problem] = []
  ) {
    self.folder = folder
    self.name = name
    self.models = models
    self.prompts = prompts
    self.evalSets = evalSets
    self.variants = variants
    self.training = training
    self.facts = facts
    self.problems = problems
  }

  /// The model called `name`.
  public func model(_ name: String) -> ModelSpec? { models.first { $0.name == name } }
  /// The prompt called `name`.
  public func prompt(_ name: PromptName) -> Prompt? { prompts.first { $0.name == name } }
  /// The eval set called `name`.
  public func evalSet(_ name: String) -> EvalSet? { evalSets.first { $0.name == name } }
  /// The variant called `name`.
  public func variant(_ name: String) -> Variant? { variants.first { $0.name == name } }
}

/// What no run can measure and a decision needs; each may be unknown. From the `facts:` key of `assay.yaml`.
public struct WorkspaceFacts: Sendable, Hashable {
  /// What the project is like: volume, target, stage, what it asks for.
  public var project = ProjectFacts()
  /// Price of one engineering hour, in dollars.
  public var hourlyRate: Double?
  /// Engineering hours that tuning would take.
  public var engineeringHours: Double?
  /// Price of one training run, in dollars.
  public var trainingCost: Double?
  /// How often the model will have to be tuned again over the time looked at.
  public var retrainings: Double?
  /// Fixed cost of serving the tuned model, in dollars per month.
  public var hostingPerMonth: Double?
  /// The smallest difference in score that matters, 0 to 1; 5 points unless stated.
  public var worthwhileGain: Double?
  /// The line of `assay.yaml` on which each is stated, by key.
  public var lines: [String: Int] = [:]

  /// All unknown.
  public init() {}
}
