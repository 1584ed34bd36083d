import Domain

extension Command {
  /// Saves a section's text, title, role and whether it is on, to its file; a new id makes a new file.
  package static func saveSection(prompt: PromptName, _ section: Section) -> Command {
    Command(SectionSaving(prompt: prompt, section: section))
  }

  /// Deletes a section's file.
  package static func deleteSection(prompt: PromptName, id: String) -> Command {
    Command(SectionDeletion(prompt: prompt, id: id))
  }

  /// Puts a section one place further down (1) or up (-1), by giving its file another number.
  package static func moveSection(prompt: PromptName, id: String, by step: Int) -> Command {
    Command(SectionMove(prompt: prompt, id: id, step: step))
  }

  /// Asks the prompt's model about one case and streams the answer; nothing is kept.
  package static func tryPrompt(_ request: RenderRequest) -> Command { Command(TrialStart(request: request)) }

  /// Ends the trial.
  package static var stopTrial: Command { Command(TrialEnd()) }

  /// Changes one case in the eval set's file.
  package static func editCase(set: String, _ edit: CaseEdit) -> Command { Command(CaseChange(set: set, edit: edit)) }
}

/// A section's text, title, role and whether it is on, to be written to its file.
package struct SectionSaving: Performable {
  /// The prompt.
  package var prompt: PromptName
  /// The section.
  package var section: Section

  /// True: what was typed is written.
  package var isEdit: Bool { true }

  /// The section's draft.
  package func draft(in workspace: Workspace) -> DraftPath? {
    workspace.prompt(prompt).map { DraftPath(section: section.id, of: $0) }
  }

  /// Writes the section.
  package func perform(on workbench: isolated Workbench) async throws {
    try await workbench.save(section, prompt: prompt)
  }
}

private struct SectionDeletion: Performable {
  var prompt: PromptName
  var id: String

  var isEdit: Bool { true }

  func draft(in workspace: Workspace) -> DraftPath? {
    workspace.prompt(prompt).map { DraftPath(section: id, of: $0) }
  }

  func perform(on workbench: isolated Workbench) async throws { try await workbench.deleteSection(id, prompt: prompt) }
}

private struct SectionMove: Performable {
  var prompt: PromptName
  var id: String
  var step: Int

  var isEdit: Bool { true }

  func perform(on workbench: isolated Workbench) async throws {
    try await workbench.moveSection(id, by: step, prompt: prompt)
  }
}

private struct TrialStart: Performable {
  var request: RenderRequest

  func charges(on workbench: isolated Workbench) async -> [Charge.Item] {
    await workbench.charge(for: request).map { [$0] } ?? []
  }

  func wasAgreed(on workbench: isolated Workbench) { workbench.trialsAgreed.insert(request.variant) }

  func perform(on workbench: isolated Workbench) async throws { try await workbench.tryPrompt(request) }
}

private struct TrialEnd: Performable {
  func perform(on workbench: isolated Workbench) async throws { workbench.trialTask?.cancel() }
}

private struct CaseChange: Performable {
  var set: String
  var edit: CaseEdit

  var isEdit: Bool { true }

  func draft(in workspace: Workspace) -> DraftPath? {
    workspace.evalSet(set).map { set in
      switch edit {
      case .replace(let id, _), .delete(let id): DraftPath(caseID: id, of: set)
      case .insert: DraftPath(caseID: nil, of: set)
      }
    }
  }

  func perform(on workbench: isolated Workbench) async throws { try await workbench.editCase(edit, set: set) }
}
