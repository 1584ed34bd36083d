import Domain
import Drawing
import WorkbenchCore

extension VerdictPane {
  /// The keys that mean something now.
  package func bindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    if form != nil {
      return [
        Binding(
          .enter, .control("s"), title: "Save the facts to assay.yaml", group: "Facts", action: .saveFacts,
          footer: "save"),
        Binding(.escape, title: "Close without saving", group: "Facts", action: .leaveFacts, footer: "close"),
      ]
    }
    let noVariant = snapshot.workspace.variants.isEmpty ? "assay.yaml has no variants yet." : nil
    let isPaired = report(snapshot)?.prompted != nil && report(snapshot)?.tuned != nil
    let inAdvice = panels.focus == .advice
    let line = inAdvice ? line(snapshot) : nil
    let measures = line?.isMeasurable == true
    return [
      Binding(
        .enter, title: "Open what the line or the variant rests on", group: title, action: .open,
        unavailable: inAdvice
          ? (line?.opening == nil ? "There is nothing to open behind this line." : nil)
          : (row(snapshot)?.run == nil ? "This variant is not measured yet: r evaluates it." : nil),
        footer: inAdvice ? line?.footer : "read its cases"),
      Binding(
        "w", title: "Show the forecast, parts, other criteria or a router in turn", group: title, action: .nextView,
        footer: view.next.title.lowercased()),
      Binding(
        "r", title: measures ? "Run what the line misses" : "Evaluate the selected variant", group: title,
        action: .evaluate, unavailable: noVariant, footer: measures ? nil : "evaluate"),
      Binding(
        "M", title: "Evaluate every variant that is not measured", group: title, action: .evaluateAll,
        unavailable: noVariant, footer: "evaluate all"),
      Binding(
        "c", title: "Compare the best prompted and the best tuned answers", group: title, action: .compare,
        unavailable: isPaired ? nil : "Evaluate a prompted and a tuned variant first: r runs the selected one.",
        footer: "compare"),
      Binding("e", title: "Edit the facts that only you know", group: title, action: .editFacts, footer: "facts"),
      Binding(
        "h", "l", .left, .right, title: "Move between variants and advice", group: title, action: .otherPart,
        footer: inAdvice ? "variants" : view.title.lowercased()),
    ]
  }
}
