import Domain
import Drawing
import Evidence
import NumberFormat
import PaneKit
import WorkbenchCore

extension PromptSubject {
  /// How to ask what its sections are worth.
  var ablation: AblationRequest? {
    guard let variant, let set, !set.cases.isEmpty else { return nil }
    return AblationRequest(variant: variant.name, set: set.name)
  }
}

extension PromptPane {
  /// What is known of the sections of what is chosen.
  func ablation(_ snapshot: Snapshot) -> QueryState<AblationReport> {
    subject(snapshot)?.ablation.map { snapshot[AblationQuery($0)] } ?? .loading
  }

  /// Shows what the sections are worth; where that is shown already, measures it.
  mutating func ablate(_ snapshot: Snapshot) -> Reaction<Command> {
    guard page == .ablation else {
      show(.ablation)
      return .handled
    }
    guard let request = subject(snapshot)?.ablation else { return .handled }
    if ablation(snapshot).answer?.isComplete == true {
      return .notice("Every section is measured on all cases. Edit the prompt, or choose another set with s.")
    }
    return .command(.ablate(request))
  }

  mutating func drawAblation(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    let state = ablation(pen.snapshot)
    let report = state.answer
    let label = report.map { report in
      [Span("\(report.set) · \(NumberFormat.plural(report.cases, "case"))", theme[.textDim])]
    }
    let inner = panels.frame(
      .ablation, "What each section is worth", label: label ?? [], in: rect, on: &surface, theme: theme
    ).insetColumns
    guard let report else {
      let words = state.problem ?? "Reading the runs …"
      for (row, line) in TextWidth.wrap(words, to: max(1, inner.width)).enumerated() {
        surface.write([Span(line, theme[state.problem == nil ? .textDim : .error])], in: inner.row(row))
      }
      return
    }
    let lines = ablationLines(report, pen, width: inner.width)
    let table = min(report.rows.count + 1, max(2, inner.height - 2))
    let parts = inner.rows(inner.height >= 6 ? [.fixed(table), .fixed(1), .rest] : [.rest])
    ablationTable.draw(
      report.rows, columns: ablationColumns(report, theme), in: parts[0], focused: panels.isFocused(.ablation),
      on: &surface, theme: theme)
    guard parts.count > 1 else { return }
    surface.horizontalLine(at: parts[1].origin, length: parts[1].width, style: theme[.border])
    ablationView.draw(lines, in: parts[2], on: &surface, theme: theme)
  }

  private func ablationColumns(_ report: AblationReport, _ theme: Theme) -> [TableColumn<AblationReport.Row>] {
    [
      TableColumn("Section", width: 8...22, priority: 9) { [Span($0.title)] },
      TableColumn("Points", width: 6...6, alignment: .right, priority: 9) { row in
        [Span(row.comparison.map { NumberFormat.signedPoints($0.difference) } ?? "–", theme[.textStrong])]
      },
      TableColumn("Interval", width: 10...10, priority: 6) { row in
        guard let interval = row.comparison?.interval else { return [] }
        let range = "[\(NumberFormat.signedPoints(interval.low)), \(NumberFormat.signedPoints(interval.high))]"
        return [Span(range, theme[.textDim])]
      },
      TableColumn("p", width: 6...6, alignment: .right, priority: 4) { row in
        guard let p = row.comparison?.pValue else { return [] }
        return [Span(p < 0.001 ? "<0.001" : NumberFormat.fixed(p, decimals: 3), theme[.textDim])]
      },
      TableColumn("Says", width: 11...12, priority: 8) { row in
        guard let effect = row.effect else { return [Span("not measured", theme[.textDim])] }
        if report.isVoid { return [Span("void", theme[.warning])] }
        let style: StyleName =
          switch effect {
          case .helps: .success
          case .harms: .error
          case .deadWeight: .warning
          case .notShown: .textDim
          }
        return [Span(effect.words, theme[style])]
      },
      TableColumn("Tokens", width: 6...6, alignment: .right, priority: 7) { row in
        [Span(row.tokens.map { "\(Int($0.rounded()))" } ?? "–")]
      },
      TableColumn("$/1,000", width: 8...8, alignment: .right, priority: 3) { row in
        [Span(row.dollarsPerThousand.map(NumberFormat.dollars) ?? "–")]
      },
      TableColumn("Flips", width: 8...8, alignment: .right, priority: 5) { row in
        [Span(row.comparison == nil ? "" : "+\(row.gained) -\(row.lost)")]
      },
    ]
  }

  /// What is under way or to be done, the selected section by tag, and what follows.
  private func ablationLines(_ report: AblationReport, _ pen: Pen, width: Int) -> [[Span]] {
    let theme = pen.theme
    var lines: [[Span]] = []
    if let active = activeRun(pen.snapshot) {
      let progress = active.progress
      let words = "\(active.run.variant.name): \(progress.done) of \(progress.total). p pauses it."
      lines += [[Span(words, theme[.statusBusy])], []]
    } else if !report.isComplete, !report.rows.isEmpty {
      let requests = NumberFormat.plural(report.open, "request")
      let words = "A measures what is missing: \(requests) at the most, and what is answered isn't asked again."
      lines += [[Span(words, theme[.info])], []]
    }
    if let row = ablationTable.list.selected(in: report.rows), !row.tags.isEmpty, !report.isVoid {
      let tags = row.tags.filter { $0.pairs.count > 0 }.map { tag in
        let mark = tag.pairs.pValue <= tag.pairs.alpha ? "*" : ""
        return "\(tag.tag) \(NumberFormat.signedPoints(tag.pairs.difference))\(mark) (\(tag.pairs.count))"
      }
      lines += [[Span("\(row.title) by tag: ", theme[.textDim]), Span(tags.joined(separator: ", "))], []]
    }
    for sentence in report.sentences {
      let isWarning = report.isVoid || sentence.contains(" harms: ")
      lines.append([Span(sentence, theme[isWarning ? .warning : .text])])
    }
    return lines
  }
}
