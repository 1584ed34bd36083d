import Domain

extension Command {
  /// Writes facts into `assay.yaml`.
  package static func stateFacts(_ facts: [FactStatement]) -> Command { Command(FactsEdit(facts: facts)) }
}

private struct FactsEdit: Performable {
  var facts: [FactStatement]

  var isEdit: Bool { true }

  func perform(on workbench: isolated Workbench) async throws {
    try await workbench.dependencies.files.state(facts)
    await workbench.reloadFiles()
  }
}
