import Foundation

/// Requests of a run that were handed to a provider in one piece.
package struct BatchRecord: Sendable, Hashable, Identifiable {
  /// What this workspace and the provider both know it by.
  package var label: String
  /// The run it is for.
  package var run: RunID
  /// The provider's name for the file that its requests are in; nil where an earlier version didn't keep it.
  package var file: String?
  /// The provider's name for it; nil while it isn't known to have arrived there.
  package var batch: String?
  /// How many requests.
  package var requests: Int
  /// When it was asked for, or is about to be.
  package var created: Date
  /// Whether its answers are in the run, or there will be none.
  package var isOver: Bool
  /// Same as `label`.
  package var id: String { label }
  package init(
    label: String = UUID().uuidString.lowercased(), run: RunID, file: String? = nil, batch: String? = nil,
    requests: Int, created: Date,
    isOver: Bool = false
  ) {
    self.label = label
    self.run = run
    self.file = file
    self.batch = batch
    self.requests = requests
    self.created = created
    self.isOver = isOver
  }
}
