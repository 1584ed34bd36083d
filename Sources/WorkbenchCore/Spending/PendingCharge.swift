import Domain

/// A command that waits for a person to agree to what it costs.
package struct PendingCharge: Sendable, Hashable, Identifiable {
  /// Rises with each question of this process.
  package var id: Int
  /// What waits.
  package var command: Command
  /// What it would take.
  package var charge: Charge

  package init(id: Int, command: Command, charge: Charge) {
    self.id = id
    self.command = command
    self.charge = charge
  }
}

/// Whether a person agreed to what a command costs.
package enum Consent: Sendable, Hashable {
  /// No consent: what costs more than the limit throws `WorkbenchError.unconfirmed`.
  case notAsked
  /// It was told, and may be spent.
  case given
}
