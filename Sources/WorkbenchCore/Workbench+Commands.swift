import Domain

extension Command {
  /// Reads the workspace's files again.
  package static var reload: Command { Command(Reload()) }

  /// Allows these things that the workspace's files ask for, after a person has read them.
  package static func trust(_ permissions: [Permission]) -> Command { Command(Trusting(permissions: permissions)) }

  /// Keeps a text that is typed and not saved, in case this process dies; where nil, there is none any more.
  package static func keepDraft(_ path: DraftPath, _ text: String?) -> Command {
    Command(DraftKeeping(path: path, text: text))
  }

  /// Carries out a command that waits for a person to agree to its cost, or drops it; see ``Snapshot/charges``.
  package static func answerCharge(_ id: Int, isAgreed: Bool) -> Command {
    Command(ChargeAnswer(id: id, isAgreed: isAgreed))
  }
}

private struct Reload: Performable {
  func perform(on workbench: isolated Workbench) async throws { await workbench.reloadFiles() }
}

private struct Trusting: Performable {
  var permissions: [Permission]

  func perform(on workbench: isolated Workbench) async throws { try await workbench.trust(permissions) }
}

private struct ChargeAnswer: Performable {
  var id: Int
  var isAgreed: Bool

  func perform(on workbench: isolated Workbench) async throws { try await workbench.answer(id, isAgreed: isAgreed) }
}

/// A text that is typed and not saved.
package struct DraftKeeping: Performable {
  /// What it is a draft of.
  package var path: DraftPath
  /// The text; nil where there is none any more.
  package var text: String?

  /// Keeps the text, or takes it away.
  package func perform(on workbench: isolated Workbench) async throws { try await workbench.keep(text, as: path) }
}
