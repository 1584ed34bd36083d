import Content
import Evidence
import Grading

/// What is wrong with a file of the workspace, where, and what to do. A problem never hides the rest of the workspace.
package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
  /// How much it matters.
  package enum Severity: Sendable, Hashable {
    /// The thing named can't be used until it is mended.
    case error
    /// A default is used instead.
    case warning
  }
  /// How much it matters.
  package var severity: Severity
  /// The file, relative to the workspace.
  package var file: String
  /// The line, counted from 1, where known.
  package var line: Int?
  /// The path of the key in the file, for example `variants.base.temprature`.
  package var key: String?
  /// A sentence that says what is wrong and what to do.
  package var message: String

  /// Makes a problem.
  package init(_ severity: Severity = .error, file: String, line: Int? = nil, key: String? = nil, message: String) {
    self.severity = severity
    self.file = file
    self.line = line
    self.key = key
    self.message = message
  }

  /// `file:line: key: message`, as compilers write it.
  package var description: String {
    file + (line.map { ":\($0)" } ?? "") + ": " + (key.map { "\($0): " } ?? "") + message
  }
}

/// Everything that the files of a workspace say, as read at one moment.
package struct Workspace: Sendable {
  /// The folder, an absolute path.
  package var folder: String
  /// The name in `assay.yaml`, or the folder's name.
  package var name: String
  /// In file order.
  package var models: [ModelSpec] { didSet { modelPlaces = Self.places(models.lazy.map(\.name)) } }
  /// What the files of certificates hold that models name: the certificates, each as a `CertificateLine`.
  package var certificates: [String: [String]] = [:]
  /// In file order, with the sections read from their folders.
  package var prompts: [Prompt] { didSet { promptPlaces = Self.places(prompts.lazy.map(\.name)) } }
  /// In file order, with their cases.
  package var evalSets: [EvalSet] { didSet { evalSetPlaces = Self.places(evalSets.lazy.map(\.name)) } }
  /// In file order.
  package var variants: [Variant] { didSet { variantPlaces = Self.places(variants.lazy.map(\.name)) } }
  /// The judges of `judges/`, by name.
  package var judges: [Judge] = []
  /// What `assay train` does when told nothing else.
  package var training: TrainingDefaults
  /// The training back ends that there are.
  package var backends = [Backend].builtIn
  /// What the verdict needs and no run can measure.
  package var facts: WorkspaceFacts
  /// The dollars above which a person is asked before they are spent; it only lowers what applies anyway.
  package var confirmAbove: Double?
  /// Whether `assay.yaml` names the eval sets; else they are the files in `evals`.
  package var namesEvalSets = true
  /// All that is wrong, errors first.
  package var problems: [Problem]

  /// Where each stands in its list, by name.
  private var modelPlaces: [String: Int]
  private var promptPlaces: [PromptName: Int]
  private var evalSetPlaces: [String: Int]
  private var variantPlaces: [String: Int]

  /// Makes a workspace.
  package init(
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
    modelPlaces = Self.places(models.lazy.map(\.name))
    promptPlaces = Self.places(prompts.lazy.map(\.name))
    evalSetPlaces = Self.places(evalSets.lazy.map(\.name))
    variantPlaces = Self.places(variants.lazy.map(\.name))
  }

  private static func places<Name: Hashable>(_ names: some Sequence<Name>) -> [Name: Int] {
    Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  /// The model called `name`.
  package func model(_ name: String) -> ModelSpec? { modelPlaces[name].map { models[$0] } }
  /// The prompt called `name`.
  package func prompt(_ name: PromptName) -> Prompt? { promptPlaces[name].map { prompts[$0] } }
  /// The eval set called `name`.
  package func evalSet(_ name: String) -> EvalSet? { evalSetPlaces[name].map { evalSets[$0] } }
  /// The variant called `name`.
  package func variant(_ name: String) -> Variant? { variantPlaces[name].map { variants[$0] } }
}

/// What no run can measure and a decision needs; each may be unknown. From the `facts:` key of `assay.yaml`.
package struct WorkspaceFacts: Sendable, Hashable {
  /// What the project is like: volume, target, stage, what it asks for.
  package var project = ProjectFacts()
  /// Price of one engineering hour, in dollars.
  package var hourlyRate: Double?
  /// Engineering hours that tuning would take.
  package var engineeringHours: Double?
  /// Price of one training run, in dollars.
  package var trainingCost: Double?
  /// How often the model will have to be tuned again over the time looked at.
  package var retrainings: Double?
  /// How often it will have to be tuned again in a year.
  package var retrainingsPerYear: Double?
  /// Price of one further training, in dollars; that of the first where nil.
  package var retrainingCost: Double?
  /// Fixed cost of serving the tuned model, in dollars per month.
  package var hostingPerMonth: Double?
  /// The facts that are stated as ranges, by key; the numbers above are their middles.
  package var ranges: [String: UncertainNumber] = [:]
  /// The smallest difference in score that matters, 0 to 1; 5 points unless stated.
  package var worthwhileGain: Double?
  /// The line of `assay.yaml` on which each is stated, by key.
  package var lines: [String: Int] = [:]

  /// All unknown.
  package init() {}
}
