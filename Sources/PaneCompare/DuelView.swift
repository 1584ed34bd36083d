import Domain
import Drawing
import NumberFormat
import WorkbenchCore

/// A typed input for all sides: the line it is typed into, and the answers as they come.
struct DuelView: Sendable {
  var editor: TextEditor
  /// Whether the input is being typed.
  var isTyping = true
  var text = TextView()

  init(_ input: String = "") { editor = TextEditor(input) }
}

extension ComparePane {
  /// The variants that a typed input goes to: those of the sides, each once.
  func duellists(_ snapshot: Snapshot) -> [String] {
    var seen: Set<String> = []
    return lettered(snapshot, pair(snapshot)).map(\.side.variant.name).filter { name in
      snapshot.workspace.variant(name) != nil && seen.insert(name).inserted
    }
  }

  /// Sends what was typed to all sides, through the question about costs.
  mutating func sendDuel(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let set = pair(snapshot).set, let view = duel else { return .handled }
    let request = DuelRequest(variants: duellists(snapshot), set: set, text: view.editor.text)
    do { _ = try request.input(like: snapshot.workspace.evalSet(set)?.cases.first?.input) } catch {
      return .notice(String(describing: error))
    }
    duel?.isTyping = false
    return .command(.duel(request))
  }

  /// Goes back from the answers to the input, and from the input to the cases.
  mutating func leaveDuel(_ snapshot: Snapshot) -> Reaction<Command> {
    duel = nil
    return snapshot.duel == nil ? .handled : .command(.endDuel)
  }

  /// Typing, or moving about in the answers.
  mutating func handleDuel(_ event: Event) -> Reaction<Command> {
    if duel?.isTyping == true { return duel?.editor.handle(event) == true ? .handled : .ignored }
    return duel?.text.handle(event) == true || event.isTyping && event != .key("t") && event != .key("q")
      ? .handled : .ignored
  }

  var duelBindings: [Binding<Action>] {
    guard let duel else { return [] }
    let leave = Binding(
      .escape, title: "Back to the cases", group: "Typed input", action: Action.leaveDuel, footer: "back")
    if duel.isTyping {
      return [
        Binding(
          .control("s"), title: "Send the input to every side", group: "Typed input", action: .sendInput,
          footer: "send"), leave,
      ]
    }
    return [
      Binding("t", title: "Change the input", group: "Typed input", action: .changeInput, footer: "change"), leave,
    ]
  }

  mutating func drawDuel(_ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme) {
    guard let view = duel else { return }
    let rows = rect.rows([.fixed(min(8, max(3, rect.height / 3))), .rest])
    let names = duellists(snapshot).joined(separator: ", ")
    let top = surface.frame(
      rows[0], title: view.isTyping ? "Input for \(names) · Ctrl-S sends it" : "Input", style: theme[.border],
      titleStyle: theme[view.isTyping ? .titleFocused : .title])
    duel?.editor.draw(in: top.insetColumns, focused: focused && view.isTyping, on: &surface, theme: theme)
    let body = surface.frame(
      rows[1], title: "Answers · nothing is kept", style: theme[.border],
      titleStyle: theme[view.isTyping ? .title : .titleFocused]
    ).insetColumns
    let lines = Self.duelRows(snapshot.duel?.sides ?? [], width: body.width - 2, theme: theme)
    duel?.text.draw(
      lines.isEmpty ? [[Span("The answers stand here beside each other.", theme[.textDim])]] : lines, in: body,
      on: &surface, theme: theme)
  }

  private static func duelRows(_ sides: [Duel.Side], width: Int, theme: Theme) -> [[Span]] {
    guard !sides.isEmpty else { return [] }
    let isBeside = width >= sides.count * (AnswerLines.narrowestSide + 3)
    let each = isBeside ? (width - 3 * (sides.count - 1)) / sides.count : width
    let blocks = sides.map { side -> [[Span]] in
      var lines = [[Span(side.variant, theme[.textStrong])]]
      if let failure = side.failure {
        lines.append([Span(failure, theme[.error])])
      } else if side.isRunning, side.text.isEmpty {
        lines.append([Span(side.waiting ?? "waiting", theme[.statusBusy])])
      }
      lines += LongText(side.text).shown.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
        [Span(String($0))]
      }
      if let answer = side.output?.answer {
        var words = answer.usage.completion.map { ["\($0) tokens"] } ?? []
        if answer.latency > 0 { words.append(NumberFormat.duration(answer.latency)) }
        if let cost = side.output?.cost { words.append(NumberFormat.dollars(cost)) }
        lines.append([Span(words.joined(separator: " · "), theme[.textDim])])
      }
      return lines.flatMap { LineBreaker.rows(of: $0, width: each) }
    }
    guard isBeside else { return blocks.flatMap { $0 + [[]] } }
    return (0..<(blocks.map(\.count).max() ?? 0)).map { row in
      blocks.enumerated().flatMap { place, lines -> [Span] in
        let spans = row < lines.count ? lines[row] : []
        guard place + 1 < blocks.count else { return spans }
        let pad = String(repeating: " ", count: max(0, each - spans.reduce(0) { $0 + $1.columns }))
        return spans + [Span(pad), Span(" │ ", theme[.border])]
      }
    }
  }
}
