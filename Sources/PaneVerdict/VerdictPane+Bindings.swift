import Domain
import Drawing
import WorkbenchCore

extension VerdictPane {
  /// The keys that mean something now.
  package func bindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    let hasVariants = !snapshot.workspace.variants.isEmpty
    let isPaired = report(snapshot)?.prompted != nil && report(snapshot)?.tuned != nil
    return [
      Binding(
        "r", title: "Evaluate the selected variant", group: title, action: .evaluate,
        unavailable: hasVariants ? nil : "assay.yaml has no variants yet.", footer: "evaluate"),
      Binding(
        "M", title: "Evaluate every variant that is not measured", group: title, action: .evaluateAll,
        unavailable: hasVariants ? nil : "assay.yaml has no variants yet.", footer: "evaluate all"),
      Binding(
        .enter, "c", title: "Compare the best prompted and the best tuned answers", group: title,
        action: .compare,
        unavailable: isPaired ? nil : "Evaluate a prompted and a tuned variant first: r runs the selected one.",
        footer: "compare"),
      Binding(
        "h", "l", .left, .right, title: "Move between variants and advice", group: title, action: .otherPart),
    ]
  }
}
