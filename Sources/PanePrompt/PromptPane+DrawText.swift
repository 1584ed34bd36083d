import Content
import Domain
import Drawing
import NumberFormat
import PaneKit
import WorkbenchCore

extension PromptPane {
  // MARK: The section's text

  mutating func drawText(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    guard let open, let draft else {
      let inner = panels.frame(.text, "Text", in: rect, on: &surface, theme: theme)
      surface.write([Span("Select a section, or press a to add one.", theme[.textDim])], in: inner)
      return
    }
    drafts[open]?.buffer.show()
    let section = draft.section
    let inner = panels.frame(.text, section.title, label: label(of: draft, theme), in: rect, on: &surface, theme: theme)
    let snapshot = pen.snapshot
    let text = warning ?? kept(snapshot).map { notSaved($0, snapshot) + " e restores or drops the text." }
    let warning = text.map { TextWidth.wrap($0, to: max(1, inner.insetColumns.width)) } ?? []
    let rows = inner.rows([.rest, .fixed(min(warning.count, max(0, inner.height - 1)))])
    let isEmpty = draft.text.isEmpty && !isTyping
    let slots = Set(pen.subject.evalCase?.input.object?.keys ?? [])
    let input = pen.subject.evalCase?.input
    let search = search
    drafts[open]?.editor.draw(
      in: rows[0].insetColumns, focused: panels.isFocused(.text) && isTyping, on: &surface, theme: theme,
      highlight: { line in
        let spans = SlotText.highlight(line, theme: theme) { name in
          slots.contains(name) || input == nil
            || (try? PromptTemplate.fill("{{ \(name) }}", with: input ?? .null)) != nil
        }
        return search.mark(spans, style: theme[.searchMatch])
      })
    if isEmpty {
      surface.write([Span("Empty: press e to write.", theme[.textDim])], in: rows[0].insetColumns)
    }
    for (index, line) in warning.enumerated() {
      surface.write([Span(line, theme[.warning])], in: rows[1].insetColumns.row(index))
    }
  }

  private func label(of draft: SectionDraft, _ theme: Theme) -> [Span] {
    if let label = draft.state.label(theme) { return [label] }
    if draft.buffer.isSaved { return [Span("saved", theme[.success])] }
    return isTyping ? [Span("editing", theme[.statusBusy])] : [Span(draft.section.id, theme[.textDim])]
  }

  // MARK: What the model sees

  mutating func drawModel(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    var title = "Model sees"
    var words: [String] = []
    if let evalCase = pen.subject.evalCase, let index = pen.subject.caseIndex, let set = pen.subject.set {
      title += " " + evalCase.id
      words.append("\(index + 1)/\(set.cases.count)")
    }
    if let rendered = pen.rendered {
      words.append(NumberFormat.tokens(rendered.tokens, isExact: rendered.countsAreExact) + " tokens")
    }
    let label = [Span(words.joined(separator: " · "), theme[.textDim])]
    let inner = panels.frame(.model, title, label: label, in: rect, on: &surface, theme: theme).insetColumns
    if let rendered = pen.rendered {
      modelLines.update(rendered, pen.subject, search, theme, width: max(1, inner.width - 1))
      modelView.draw(modelLines.lines, in: inner, on: &surface, theme: theme)
    } else {
      modelView.draw([[Span(missingRendering(pen), theme[.textDim])]], in: inner, on: &surface, theme: theme)
    }
  }

  private func missingRendering(_ pen: Pen) -> String {
    let subject = pen.subject
    if subject.variant == nil {
      return "No variant uses this prompt: add one to assay.yaml to see it as a model would."
    }
    guard let set = subject.set else { return "Add an eval set to assay.yaml to see the prompt filled by a case." }
    if set.cases.isEmpty { return "The eval set \"\(set.name)\" has no cases: add one in the Cases pane." }
    return pen.rendering.problem ?? "Filling the prompt …"
  }

  // MARK: The trial

  mutating func drawTrial(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    guard let trial = pen.snapshot.trial else {
      let inner = panels.frame(.trial, "Answer", in: rect, on: &surface, theme: theme)
      surface.write([Span("Press t to try the prompt on this case.", theme[.textDim])], in: inner.insetColumns)
      return
    }
    let title = "Answer · \(trial.request.variant) · \(trial.caseID)"
    let inner = panels.frame(.trial, title, label: verdict(of: trial, theme), in: rect, on: &surface, theme: theme)
      .insetColumns
    if let output = trial.output, !trial.isRunning {
      surface.label([Span(measures(of: output), theme[.textDim])], on: .bottom, of: rect)
    }
    // While text arrives its end is in view; once it is judged, its beginning.
    trialView.follows = trial.isRunning
    if wasTrialRunning, !trial.isRunning { trialView.scrollToTop() }
    wasTrialRunning = trial.isRunning
    trialView.draw(trialLines(trial, pen), in: inner, on: &surface, theme: theme)
  }

  private func verdict(of trial: Trial, _ theme: Theme) -> [Span] {
    if trial.isRunning { return [Span("… x stops", theme[.statusBusy])] }
    guard let output = trial.output else { return [Span("stopped", theme[.warning])] }
    if output.failure != nil { return [Span("✗ no answer", theme[.error])] }
    return [Span("\(output.standing.mark) \(output.standing.words)", theme[output.standing.style])]
  }

  private func trialLines(_ trial: Trial, _ pen: Pen) -> [[Span]] {
    let theme = pen.theme
    var lines: [[Span]] = []
    if !trial.text.isEmpty {
      let isJSON = trial.text.first { !$0.isWhitespace }.map { "{[".contains($0) } ?? false
      // While text arrives its end is in view.
      let long = LongText(trial.text)
      lines = SlotText.plain(
        trial.isRunning ? String(trial.text.unicodeScalars.suffix(LongText.limit)) : long.shown)
      if isJSON { lines = lines.map { JSONText.spans(of: $0.map(\.text).joined(), theme: theme) } }
      if !trial.isRunning, let missing = long.missing { lines.append([Span(missing, theme[.warning])]) }
    }
    if trial.isRunning {
      if let waiting = trial.waiting { lines.append([Span("\(waiting) …", theme[.textDim])]) }
      if !trial.text.isEmpty { lines[lines.count - 1].append(Span("▌", theme[.statusBusy])) }
      return lines
    }
    guard let output = trial.output else { return lines + [[], [Span("Stopped before its end.", theme[.warning])]] }
    if let failure = output.failure { return lines + [[Span("✗ \(failure)", theme[.error])]] }
    if trial.text.isEmpty { lines = [[Span("(an empty answer)", theme[.textDim])]] }
    for score in output.scores {
      let mark = Span(score.standing.mark + " ", theme[score.standing.style])
      lines.append([mark, Span("\(score.grader) ", theme[.textStrong]), Span(score.reason)])
    }
    if output.passed == false, let expected = evalCase(of: trial, pen)?.expected {
      let text = expected.string ?? expected.text(.spaced)
      lines.append([Span("expected ", theme[.textDim])] + JSONText.spans(of: text, theme: theme))
    }
    if let version = pen.rendered?.version, version != output.requestKey,
      trial.request.variant == pen.subject.variant?.name
    {
      lines.append([Span("The prompt has changed since: t tries it again.", theme[.warning])])
    }
    return lines
  }

  private func evalCase(of trial: Trial, _ pen: Pen) -> EvalCase? {
    if pen.subject.evalCase?.id == trial.caseID { return pen.subject.evalCase }
    return pen.snapshot.workspace.evalSet(trial.request.set)?.cases.first { $0.id == trial.caseID }
  }

  private func measures(of output: Output) -> String {
    var words: [String] = []
    if let answer = output.answer {
      if let tokens = answer.usage.prompt { words.append("\(tokens) in") }
      if let tokens = answer.usage.completion { words.append("\(tokens) out") }
      words.append(NumberFormat.duration(answer.latency))
      if let first = answer.firstToken { words.append("first \(NumberFormat.duration(first))") }
    }
    if let cost = output.cost { words.append(NumberFormat.dollars(cost)) }
    return words.joined(separator: " · ")
  }
}
