import Content
import DataChecks

/// Everything that a person can ask for. A key, the palette and the shell make the same commands.
package enum Command: Sendable, Hashable {
  /// Reads the workspace's files again.
  case reload
  /// Allows these things that the workspace's files ask for, after a person has read them.
  case trust([Permission])

  // Prompt
  /// Saves a section's text, title, role and whether it is on, to its file; a new id makes a new file.
  case saveSection(prompt: PromptName, Section)
  /// Deletes a section's file.
  case deleteSection(prompt: PromptName, id: String)
  /// Puts a section one place further down (1) or up (-1), by giving its file another number.
  case moveSection(prompt: PromptName, id: String, by: Int)
  /// Asks the prompt's model about one case and streams the answer; nothing is kept.
  case tryPrompt(RenderRequest)
  /// Ends the trial.
  case stopTrial

  /// Keeps a text that is typed and not saved, in case this process dies; where nil, there is none any more.
  case keepDraft(DraftPath, String?)

  // Cases and runs
  /// Changes one case in the eval set's file.
  case editCase(set: String, CaseEdit)
  /// Runs a variant over an eval set; goes on with what an earlier start left.
  case evaluate(EvaluateRequest)
  /// Stops a run after the requests under way; `evaluate` goes on with it.
  case pauseRun(RunID)
  /// Keeps what a person found of answers: which is better, or what one should have been.
  case review(ReviewRequest)

  /// Finds out what a model can do, with a few small requests, and keeps it.
  case testModel(String)

  // Training
  /// Turns runs' outputs into a training file.
  case collect(CollectRequest)
  /// Starts a job.
  case train(TrainRequest)
  /// Trains with several settings, and judges each.
  case sweep(SweepRequest)
  /// Asks a job to save and end.
  case cancelJob(JobID)
  /// Asks a job to save and end for a while.
  case pauseJob(JobID)
  /// Goes on with a job that is over, from what it saved last; checks of the pre-flight may fail then for a reason.
  case resumeJob(JobID, accepting: [Preflight.Check: String] = [:])
  /// Gives a waiting job another place in the queue; higher priorities come first.
  case prioritizeJob(JobID, Int)
  /// Evaluates each checkpoint of a job on the same slice of the eval set and of the general tasks.
  case evaluateCheckpoints(JobID, limit: Int)
  /// Makes the checkpoint after this step the one that the job's best adapter is.
  case keepCheckpoint(JobID, step: Int)
  /// Adds a variant with an adapter of a job as a file: the job's best one, and a name of the core's choice, where
  /// nil. A folder is relative to the workspace.
  case useAdapter(JobID, adapter: String?, name: String?)

  /// Carries out a command that waits for a person to agree to its cost, or drops it; see ``Snapshot/charges``.
  case answerCharge(Int, isAgreed: Bool)

  /// Whether it writes what a person typed, so that its order among its like matters.
  package var isEdit: Bool {
    switch self {
    case .saveSection, .deleteSection, .moveSection, .editCase: true
    default: false
    }
  }

  /// The draft that is of no use once this edit is carried out.
  func draft(in workspace: Workspace) -> DraftPath? {
    switch self {
    case .saveSection(let prompt, let section):
      workspace.prompt(prompt).map { DraftPath(section: section.id, of: $0) }
    case .deleteSection(let prompt, let id): workspace.prompt(prompt).map { DraftPath(section: id, of: $0) }
    case .editCase(let set, .replace(let id, _)), .editCase(let set, .delete(let id)):
      workspace.evalSet(set).map { DraftPath(caseID: id, of: $0) }
    case .editCase(let set, .insert): workspace.evalSet(set).map { DraftPath(caseID: nil, of: $0) }
    default: nil
    }
  }
}

/// Which prompt to show or try, on which case, as which variant.
package struct RenderRequest: Sendable, Hashable {
  /// The variant whose prompt, model and sampling are meant.
  package var variant: String
  /// The eval set.
  package var set: String
  /// The case; the first where nil.
  package var caseID: String?
  /// Makes a request.
  package init(variant: String, set: String, caseID: String? = nil) {
    self.variant = variant
    self.set = set
    self.caseID = caseID
  }
}

/// What to evaluate.
package struct EvaluateRequest: Sendable, Hashable {
  /// The variant.
  package var variant: String
  /// The eval set; the workspace's first where nil.
  package var set: String?
  /// Only the first so many cases.
  package var limit: Int?
  /// Only the cases with these ids, in this order.
  package var only: [String]?
  /// How many answers each case gets, 1 to 100.
  package var repeats: Int
  /// Ask everything anew, whatever was answered before.
  package var isFresh: Bool
  /// Hand the requests in as a batch, which is answered within a day and costs less.
  package var inBatches: Bool
  /// The most requests under way at once, below the model's own limit.
  package var concurrency: Int?
  /// What it may use.
  package var budget: RunPlan.Budget
  /// Makes a request.
  package init(
    variant: String, set: String? = nil, limit: Int? = nil, only: [String]? = nil, repeats: Int = 1,
    isFresh: Bool = false, inBatches: Bool = false, concurrency: Int? = nil, budget: RunPlan.Budget = RunPlan.Budget()
  ) {
    self.variant = variant
    self.set = set
    self.limit = limit
    self.only = only
    self.repeats = repeats
    self.isFresh = isFresh
    self.inBatches = inBatches
    self.concurrency = concurrency
    self.budget = budget
  }
}

/// What to train on and how; nil means as the workspace says.
package struct TrainRequest: Sendable, Hashable {
  /// The model to tune.
  package var base: String?
  /// A file of rows, relative to the workspace.
  package var data: String?
  /// How.
  package var settings: TrainingSettings?
  /// Train although rows stand in an eval set too; the leak is written into the job.
  package var allowLeaks: Bool
  /// Checks of the rows that may come out badly, with the reason why, which is kept with the job.
  package var accepted: [DataCheck.Name: String]
  /// Checks of the pre-flight that may fail, with the reason why, which is kept with the job.
  package var acceptedPreflight: [Preflight.Check: String]
  /// What does the work.
  package var backend: String?
  /// When it gets its turn.
  package var order: QueueOrder
  /// The sweep that it is a part of.
  package var sweep: String?
  /// Makes a request.
  package init(
    base: String? = nil, data: String? = nil, settings: TrainingSettings? = nil, allowLeaks: Bool = false,
    accepted: [DataCheck.Name: String] = [:], acceptedPreflight: [Preflight.Check: String] = [:],
    backend: String? = nil, order: QueueOrder = QueueOrder(), sweep: String? = nil
  ) {
    self.acceptedPreflight = acceptedPreflight
    self.order = order
    self.sweep = sweep
    self.base = base
    self.backend = backend
    self.data = data
    self.settings = settings
    self.allowLeaks = allowLeaks
    self.accepted = accepted
  }
}
