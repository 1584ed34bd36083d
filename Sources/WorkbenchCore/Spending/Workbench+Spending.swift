import Domain
import Evidence
import Foundation

/// The one gate before money: whatever starts requests or paid jobs comes through here.
extension Workbench {
  /// What commands would take; nil where none of them can cost anything. Nothing is asked, begun or stored.
  package func charge(for commands: [Command]) async -> Charge? {
    var items: [Charge.Item] = []
    for command in commands { items += await command.work.charges(on: self) }
    return charge(of: items)
  }

  /// What some items would take; nil where none of them can cost anything.
  func charge(of items: [Charge.Item]) -> Charge? {
    guard !items.isEmpty else { return nil }
    let limit = min(Self.personalLimit, snapshot.workspace.confirmAbove ?? .infinity)
    var charge = Charge(items: items, limit: limit, mustAsk: false)
    let isNewlyUnpriced = items.contains { item in
      guard item.dollars == nil else { return false }
      return item.unpriced.map { !dependencies.gate.allows([$0]) } ?? true
    }
    // What is unknown was asked for by itself; the rest is added up.
    charge.items.removeAll { $0.dollars == nil }
    let known = charge.dollars?.high ?? .infinity
    charge.items = items
    // Commands that run side by side are one expense.
    charge.mustAsk = isNewlyUnpriced || known > 0 && known + unaskedDollars > limit
    return charge
  }

  /// The dollars above which this person is asked: `ASSAY_CONFIRM_ABOVE`, or the usual ones.
  private static var personalLimit: Double {
    let value = ProcessInfo.processInfo.environment["ASSAY_CONFIRM_ABOVE"].flatMap(Double.init)
    return value.flatMap { $0 >= 0 ? $0 : nil } ?? Charge.usualLimit
  }

  /// Lets commands begin that cost little, or that a person agreed to.
  /// - Returns: the dollars that they may cost unasked, to be given to `ended` when they are over.
  /// - Throws: `WorkbenchError.unconfirmed` where commands cost more than may be spent without asking, and there was no consent.
  func requireConsent(_ consent: Consent, to commands: [Command]) async throws -> Double {
    // An untrusted workspace is refused by the command itself, before anything is asked about money.
    guard consent == .notAsked, snapshot.trust.isTrusted, let charge = await charge(for: commands) else { return 0 }
    if charge.mustAsk { throw WorkbenchError.unconfirmed(charge) }
    let dollars = charge.dollars?.high ?? 0
    unaskedDollars += dollars
    return dollars
  }

  /// Does a command's work once what it costs is agreed to.
  /// - Throws: `WorkbenchError.unconfirmed` where it costs more than the limit and there is no consent, or what the work
  ///   throws.
  func spending<Result>(
    _ consent: Consent, on command: Command, _ work: () async throws -> Result
  ) async throws -> Result {
    let dollars = try await requireConsent(consent, to: [command])
    defer { ended(dollars) }
    return try await work()
  }

  /// Commands that were let begin are over.
  func ended(_ dollars: Double) { unaskedDollars = max(0, unaskedDollars - dollars) }

  /// Remembers that a person agreed to what a charge can't tell the price of.
  package func remember(_ charge: Charge) {
    guard !charge.permissions.isEmpty else { return }
    // Where that can't be written the question comes again.
    try? dependencies.gate.allow(charge.permissions)
  }

  /// Puts the question into the snapshot.
  func ask(_ charge: Charge, for command: Command) {
    snapshot.charges.append(PendingCharge(id: (lastCharge + 1), command: command, charge: charge))
    lastCharge += 1
    publish()
  }

  /// Carries out or drops a command that waited for an answer.
  func answer(_ id: Int, isAgreed: Bool) async throws {
    guard let index = snapshot.charges.firstIndex(where: { $0.id == id }) else { return }
    let pending = snapshot.charges.remove(at: index)
    publish()
    guard isAgreed else { return }
    remember(pending.charge)
    pending.command.work.wasAgreed(on: self)
    try await perform(pending.command, consent: .given)
  }
}
