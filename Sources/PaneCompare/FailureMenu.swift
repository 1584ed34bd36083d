import Domain
import Drawing
import WorkbenchCore

/// The names of failures, from which one is chosen by a digit or a new one is typed.
struct FailureMenu: Sendable {
  /// The names in use, the most frequent first; digits choose the first nine.
  let modes: [(mode: String, counts: [Int])]
  /// The answers that are marked.
  let targets: [(letter: String, place: OutputPlace, marked: [String])]
  let caseID: String
  /// While a new name is typed.
  var field: LineField?

  /// The names that digits stand for.
  var numbered: ArraySlice<(mode: String, counts: [Int])> { modes.prefix(9) }

  /// Whether all answers concerned are marked with a name.
  func isMarked(_ mode: String) -> Bool { targets.allSatisfy { $0.marked.contains(mode) } }

  func draw(over rect: Rect, on surface: inout Surface, theme: Theme) {
    let letters = targets.map(\.letter).joined(separator: " and ")
    var lines: [[Span]] = numbered.enumerated().map { place, mode in
      let counts = zip(["A", "B"], mode.counts).map { "\($0) \($1)" }.joined(separator: " · ")
      return [
        Span("\(place + 1)", theme[.key]), Span(isMarked(mode.mode) ? " ✓ " : "   ", theme[.good]), Span(mode.mode),
        Span("  " + counts, theme[.textDim]),
      ]
    }
    if lines.isEmpty { lines.append([Span("No failure has a name yet: n types the first.", theme[.textDim])]) }
    let inner = surface.popup(
      Size(width: 64, height: lines.count + 4),
      title: "How \(letters) fail\(targets.count == 1 ? "s" : "") on \(caseID) · Esc closes", over: rect,
      theme: theme)
    for (row, line) in lines.prefix(max(0, inner.height - 2)).enumerated() { surface.write(line, in: inner.row(row)) }
    let last = inner.row(max(0, inner.height - 1))
    if let field {
      field.draw(in: last, focused: true, on: &surface, theme: theme)
    } else {
      surface.write([Span("n", theme[.key]), Span(" a new name", theme[.textDim])], in: last)
    }
  }
}

extension ComparePane {
  /// Asks how the selected case's wrong answers fail; both answers where none is wrong.
  mutating func nameFailure(_ snapshot: Snapshot) -> Reaction<Command> {
    refresh(comparison(snapshot, pair(snapshot)))
    guard let comparison = comparison(snapshot, pair(snapshot)), let row = list.selected(in: rows) else {
      return .handled
    }
    let sides = [("A", comparison.a, row.a), ("B", comparison.b, row.b)].filter { $0.2.answer != nil }
    guard !sides.isEmpty else { return .notice("There is no answer to \(row.id) that could fail.") }
    let wrong = sides.filter { $0.2.passed != true }
    failureMenu = FailureMenu(
      modes: snapshot.reviews.failureModes(of: [comparison.a.id, comparison.b.id], on: comparison.a.set),
      targets: (wrong.isEmpty ? sides : wrong).map { letter, run, output in
        let place = OutputPlace(run: run.id, sample: output.sample)
        return (letter, place, snapshot.reviews.failures(of: place, on: row.evalCase, in: run.set))
      }, caseID: row.id)
    return .handled
  }

  /// Marks the answers with a name, or takes that back where all have it.
  mutating func markFailure(_ mode: String) -> Reaction<Command> {
    guard let menu = failureMenu else { return .handled }
    failureMenu = nil
    let isMarked = !menu.isMarked(mode)
    return .all(
      menu.targets.map { target in
        .command(
          .review(
            ReviewRequest(
              caseID: menu.caseID, output: target.place, finding: .failure(mode: mode, isMarked: isMarked))))
      })
  }

  /// Digits, a name that is typed, or nothing.
  mutating func handleFailure(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    guard failureMenu?.field != nil else { return swallow(event, snapshot) }
    switch failureMenu?.field?.handle(event) {
    case .submitted(let text):
      do { return markFailure(try FailureMark.checked(text)) } catch { return .notice(String(describing: error)) }
    case .canceled: failureMenu = nil
    case .ignored: return event.isTyping ? .handled : .ignored
    default: break
    }
    return .handled
  }

  var failureBindings: [Binding<Action>] {
    guard let failureMenu else { return [] }
    let close = Binding(
      .escape, title: "Mark nothing", group: "How an answer fails", action: Action.closeFailures, footer: "close")
    if failureMenu.field != nil {
      return [
        Binding(
          .enter, title: "Keep the name", group: "How an answer fails", action: .closeFailures, footer: "keep the name"),
        close,
      ]
    }
    return failureMenu.numbered.enumerated().map { place, mode in
      Binding(
        .character(Character("\(place + 1)")), title: mode.mode, group: "How an answer fails",
        action: .failure(mode.mode), footer: TextWidth.truncate(mode.mode, to: 16))
    } + [
      Binding("n", title: "A new name", group: "How an answer fails", action: .newFailure, footer: "new"), close,
    ]
  }
}
