import DataChecks
import Domain

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
