import Domain

extension Command {
  /// Writes a new variant to a file of its own.
  package static func addVariant(_ variant: Variant) -> Command { Command(VariantAddition(variant: variant)) }
}

private struct VariantAddition: Performable {
  var variant: Variant

  var isEdit: Bool { true }

  func perform(on workbench: isolated Workbench) async throws {
    try await workbench.dependencies.files.add(variant)
    await workbench.reloadFiles()
    workbench.notify(.success, "The variant \"\(variant.name)\" stands in \(Variant.path(of: variant.name)).")
  }
}
