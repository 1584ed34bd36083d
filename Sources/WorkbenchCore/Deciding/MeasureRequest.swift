import Domain
import Evidence

/// What measures something that a verdict misses: variants to evaluate, of which one may have to be written first.
package struct MeasureRequest: Sendable, Hashable {
  /// A variant that the workspace doesn't have yet.
  package var variant: Variant?
  /// The names of the variants to evaluate.
  package var variants: [String]
  /// The eval set.
  package var set: String

  /// A request for variants of the workspace.
  package init(_ variants: [String], on set: String) {
    self.variants = variants
    self.set = set
  }

  /// A request for a variant that is to be written first.
  package init(adding variant: Variant, on set: String) {
    self.variant = variant
    variants = [variant.name]
    self.set = set
  }

  /// The evaluations, in order.
  package var evaluations: [EvaluateRequest] { variants.map { EvaluateRequest(variant: $0, set: set) } }

  /// The shell command that does the same, once ``variant`` is written.
  package var command: String {
    "assay eval \(variants.map(Self.word).joined(separator: " ")) --set \(Self.word(set))"
  }

  /// The same for the rules of a verdict, which know no variants.
  var step: MeasuringStep { MeasuringStep(line: variant?.line, command: command) }

  /// A name as a word of a command line.
  package static func word(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-/+@".unicodeScalars.contains($0))
    }
    return isPlain && !text.isEmpty ? text : "'\(text.replacing("'", with: "'\\''"))'"
  }
}

extension Command {
  /// Evaluates what the verdict misses; a variant that it takes is written first.
  package static func measure(_ request: MeasureRequest) -> Command { Command(request) }
}

extension MeasureRequest: Performable {
  /// What the evaluations cost, of a variant that isn't written yet, too.
  package func charges(on workbench: isolated Workbench) async -> [Charge.Item] {
    if let variant { workbench.proposedVariants[variant.name] = variant }
    defer { if let variant { workbench.proposedVariants[variant.name] = nil } }
    var items: [Charge.Item] = []
    for evaluation in evaluations { items += await workbench.charges(for: evaluation) }
    return items
  }

  /// Writes the variant that the workspace doesn't have, and evaluates one variant after the other.
  package func perform(on workbench: isolated Workbench) async throws {
    if let variant, workbench.snapshot.workspace.variant(variant.name) == nil {
      try await workbench.dependencies.files.add(variant)
      await workbench.reloadFiles()
    }
    for evaluation in evaluations { _ = try await workbench.evaluate(evaluation) }
  }
}
