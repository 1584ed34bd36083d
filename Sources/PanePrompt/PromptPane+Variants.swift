import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// A line of the list of variants.
struct VariantRow: Identifiable {
  var entry: PromptEntry
  var variant: Variant?
  var run: MeantRun?
  /// What the run's answers come to on the set as it is now; nil until that is known.
  var summary: RunSummary?
  var id: PromptEntry { entry }
}

extension PromptPane {
  /// All that can be chosen, each with what it scores on the set that is shown.
  func variantRows(_ snapshot: Snapshot) -> [VariantRow] {
    let set = subject(snapshot)?.set
    return PromptChoice.entries(snapshot.workspace).map { entry in
      guard case .variant(let name) = entry else { return VariantRow(entry: entry) }
      let meant = snapshot.meantRun(of: name, on: set?.name)
      let summary = meant.flatMap { meant in set.map { snapshot.summary(of: meant.run, on: $0) } ?? meant.run.summary }
      return VariantRow(entry: entry, variant: snapshot.workspace.variant(name), run: meant, summary: summary)
    }
  }

  /// The answers that have to be scored again before their score can be shown: those to sets that were edited since.
  func rescoring(_ snapshot: Snapshot, _ subject: PromptSubject) -> [OutputsQuery] {
    guard let set = subject.set else { return [] }
    let names = page == .variants ? snapshot.workspace.variants.map(\.name) : subject.variant.map { [$0.name] } ?? []
    return names.compactMap { name in
      guard let run = snapshot.meantRun(of: name, on: set.name)?.run, run.setHash != set.hash else { return nil }
      return OutputsQuery(run: run.id, set: set.name)
    }
  }

  /// Chooses the next variant, in the list that shows what each scores.
  mutating func nextVariant(_ snapshot: Snapshot) {
    choice.move(by: 1, snapshot.workspace)
    modelView.scrollToTop()
    if page == nil { show(.variants) }
  }

  /// Takes a key or the mouse in the list; what is selected there is what is chosen.
  mutating func moveInVariants(_ event: Event, _ snapshot: Snapshot) -> Bool {
    variantTable.select(choice.entry(snapshot.workspace))
    guard variantTable.handle(event, variantRows(snapshot)) else { return false }
    switch variantTable.selection {
    case .variant(let name)?: (choice.variant, choice.prompt) = (name, nil)
    case .prompt(let name)?: (choice.variant, choice.prompt) = (nil, name)
    case nil: break
    }
    return true
  }

  /// Asks what a copy of the chosen variant is to be called.
  mutating func askForCopy(_ snapshot: Snapshot) {
    guard let variant = subject(snapshot)?.variant else { return }
    var field = LineField(prompt: "Name of the copy of \(variant.name): ", placeholder: "\(variant.name)-2")
    field.setText("")
    question = .copy(of: variant, field, problem: nil)
  }

  /// Writes the copy, and chooses it.
  mutating func copy(_ variant: Variant, as name: String, _ field: LineField, _ snapshot: Snapshot) -> Reaction<Command>
  {
    let taken = snapshot.workspace.variants.contains { $0.name == name }
    if let problem = taken
      ? "There is a variant of that name." : Variant.flaw(of: name).map({ _ in "Letters, digits, . _ - +" })
    {
      question = .copy(of: variant, field, problem: problem)
      return .handled
    }
    question = nil
    var settings = variant
    settings = Variant(
      name: name, model: variant.model, prompt: variant.prompt, adapter: variant.adapter, sampling: variant.sampling)
    settings.choice = variant.choice
    (settings.isDeclaredTuned, settings.base) = (variant.isDeclaredTuned && variant.adapter == nil, variant.base)
    choice.variant = name
    return .command(.addVariant(settings))
  }

  mutating func drawVariants(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    let rows = variantRows(pen.snapshot)
    let label = [Span(pen.subject.set?.name ?? "no set", theme[.textDim])]
    let inner = panels.frame(.variants, "Variants", label: label, in: rect, on: &surface, theme: theme).insetColumns
    variantTable.select(choice.entry(pen.snapshot.workspace))
    variantTable.draw(
      rows, columns: variantColumns(theme), in: inner, focused: panels.isFocused(.variants), on: &surface, theme: theme)
  }

  private func variantColumns(_ theme: Theme) -> [TableColumn<VariantRow>] {
    [
      TableColumn("Variant", width: 8...24, priority: 9) { row in
        switch row.entry {
        case .variant(let name):
          [Span(name, theme[row.variant?.isTuned == true ? .badgeTuned : .badgePrompted])]
        case .prompt(let name): [Span(name), Span(" (no variant)", theme[.textDim])]
        }
      },
      TableColumn("Score", width: 15...15, alignment: .right, priority: 8) { row in
        guard let summary = row.summary, summary.scored > 0 else {
          return [Span("not measured", theme[.textDim])]
        }
        return [
          Span(NumberFormat.percent(summary.mean), theme[.textStrong]),
          Span(TextWidth.pad(NumberFormat.range(summary.low, summary.high), to: 9, .right), theme[.textDim]),
        ]
      },
      TableColumn("n", width: 4...9, alignment: .right, priority: 4) { [Span($0.run?.run.casesText ?? "")] },
      TableColumn("Tokens", width: 6...6, alignment: .right, priority: 6) { row in
        [Span(row.summary?.meanPromptTokens.map { "\(Int($0.rounded()))" } ?? "")]
      },
      TableColumn("$/1,000", width: 8...8, alignment: .right, priority: 3) { row in
        [Span(row.summary?.costPerReply.map { NumberFormat.dollars($0 * 1000) } ?? "")]
      },
      TableColumn("Model", width: 6...20, priority: 5) { [Span($0.variant?.model ?? "", theme[.textDim])] },
      TableColumn("Measured", width: 8...13, priority: 2) { row in
        guard let run = row.run else { return [] }
        return [Span(run.isCurrent == false ? "older version" : "", theme[.warning])]
      },
    ]
  }
}
