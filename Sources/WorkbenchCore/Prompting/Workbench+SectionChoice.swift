import Domain

extension Command {
  /// Writes which sections a variant sends to where the variant stands; the sections' own files stay as they are.
  package static func chooseSections(_ choice: SectionChoice, of variant: String) -> Command {
    Command(SectionChoosing(variant: variant, choice: choice))
  }
}

private struct SectionChoosing: Performable {
  var variant: String
  var choice: SectionChoice

  var isEdit: Bool { true }

  func perform(on workbench: isolated Workbench) async throws {
    guard let variant = workbench.snapshot.workspace.variant(variant) else {
      throw WorkbenchError.unknown("variant", variant, among: workbench.snapshot.workspace.variants.map(\.name))
    }
    try await workbench.dependencies.files.set(choice, of: variant)
    await workbench.reloadFiles()
  }
}
