import Content
import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// Comparing answers without knowing whose they are: cases in random order, the two answers left and right by chance, seeded
/// by the case and the runs so that coming back shows the same.
struct BlindDesk: Sendable {
  let a: RunID
  let b: RunID
  let set: String
  /// The cases with two answers that differ, in the order in which they are judged.
  let order: [String]
  /// The case that is judged.
  var place = 0
  var text = TextView()

  init(_ comparison: Comparison) {
    (a, b, set) = (comparison.a.id, comparison.b.id, comparison.a.set)
    let rows = comparison.rows.filter { $0.a.isAnswered && $0.b.isAnswered && $0.differs }
    let seed = "\(comparison.a.id) \(comparison.b.id) \(comparison.a.set)"
    order = rows.map(\.id).sorted { Self.hash($0 + "\u{0}" + seed) < Self.hash($1 + "\u{0}" + seed) }
  }

  private static func hash(_ text: String) -> String { SHA256.hex(text) }

  /// The case that is judged; nil behind the last.
  var caseID: String? { order.indices.contains(place) ? order[place] : nil }

  /// Whether the first run's answer stands on the left.
  func isALeft(_ caseID: String) -> Bool {
    let digit = Self.hash("side \(caseID)\u{0}\(a) \(b) \(set)").first ?? "0"
    return "01234567".contains(digit)
  }

  /// Selects the next case without a judgement, from the present one on, then from the beginning.
  mutating func advance(_ judged: Set<String>) {
    let next = order.indices.first { $0 > place && !judged.contains(order[$0]) }
    place = next ?? order.indices.first { $0 != place && !judged.contains(order[$0]) } ?? order.count
  }
}

extension ComparePane {
  /// Opens the desk at the first case without a judgement.
  mutating func openDesk(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let comparison = comparison(snapshot, pair(snapshot)) else { return .handled }
    var desk = BlindDesk(comparison)
    guard !desk.order.isEmpty else { return .notice("No case has two answers that differ.") }
    let judged = judged(snapshot)
    if let first = desk.caseID, judged.contains(first) { desk.advance(judged) }
    self.desk = desk
    return .handled
  }

  private func row(_ id: String, _ snapshot: Snapshot) -> Comparison.Row? {
    comparison(snapshot, pair(snapshot))?.rows.first { $0.id == id }
  }

  /// The cases with a preference.
  private func judged(_ snapshot: Snapshot) -> Set<String> {
    guard let comparison = comparison(snapshot, pair(snapshot)) else { return [] }
    return Set(
      comparison.rows.filter { ReviewMarks($0, comparison, snapshot.reviews).better != nil }.map(\.id))
  }

  /// Keeps what was found of the two answers and goes on.
  /// - Parameter side: `a` stands for the left answer, `b` for the right one.
  mutating func judge(_ side: Preference.Better, _ snapshot: Snapshot) -> Reaction<Command> {
    guard var desk, let id = desk.caseID, let row = row(id, snapshot) else { return .handled }
    let better = desk.isALeft(id) ? side : side.turned
    let request = ReviewRequest(
      caseID: id, output: OutputPlace(run: desk.a, sample: row.a.sample),
      finding: .better(than: OutputPlace(run: desk.b, sample: row.b.sample), better))
    desk.advance(judged(snapshot).union([id]))
    desk.text.scrollToTop()
    self.desk = desk
    return .command(.review(request))
  }

  mutating func skipBlind(_ snapshot: Snapshot) {
    let judged = judged(snapshot)
    desk?.advance(judged)
    desk?.text.scrollToTop()
  }

  /// Scrolls the answers; everything else that is typed means nothing here.
  mutating func handleDesk(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    if hasBinding(for: event, snapshot) { return .ignored }
    return desk?.text.handle(event) == true ? .handled : swallow(event, snapshot)
  }

  var deskBindings: [Binding<Action>] {
    let group = "Blind comparison"
    return [
      Binding(.left, "h", title: "The left answer is better", group: group, action: .judge(.a), footer: "left"),
      Binding(.right, "l", title: "The right answer is better", group: group, action: .judge(.b), footer: "right"),
      Binding("t", "=", title: "A tie: both are good", group: group, action: .judge(.both), footer: "tie"),
      Binding("b", title: "Both are bad", group: group, action: .judge(.neither), footer: "both bad"),
      Binding("s", .space, title: "Skip the case", group: group, action: .skipBlind, footer: "skip"),
      Binding(.escape, "q", title: "Back to the comparison", group: group, action: .closeDesk, footer: "back"),
    ]
  }

  // MARK: Drawing

  mutating func drawDesk(_ snapshot: Snapshot, in rect: Rect, on surface: inout Surface, theme: Theme) {
    guard let desk, let set = snapshot.workspace.evalSet(desk.set) else { return }
    let progress = PreferenceProgress(
      snapshot.reviews.findings(of: desk.b, against: desk.a, on: set), of: desk.order.count)
    let inner = surface.frame(
      rect, title: "Blind · \(progress.judged) of \(progress.total) judged", style: theme[.borderFocused],
      titleStyle: theme[.titleFocused]
    ).insetColumns
    let words = [Self.words(progress, theme)].wrapped(to: inner.width)
    let rows = inner.rows([.fixed(min(words.count, 2)), .rest])
    for (place, line) in words.prefix(2).enumerated() { surface.write(line, in: rows[0].row(place)) }
    guard let id = desk.caseID, let row = row(id, snapshot) else {
      let names = comparison(snapshot, pair(snapshot)).map { [$0.a.variant.name, $0.b.variant.name] } ?? []
      EmptyState(
        "Every case is judged. Esc goes back and shows whose answers were preferred: "
          + names.joined(separator: " or ") + "."
      ).draw(in: rows[1], on: &surface, theme: theme)
      return
    }
    let isALeft = desk.isALeft(id)
    // Neither names nor scores nor figures: all of them tell whose answer it is.
    let plain = [isALeft ? row.a : row.b, isALeft ? row.b : row.a].map { output in
      Output(
        caseID: id, requestKey: output.requestKey,
        answer: Answer(text: output.answer?.text ?? ""), scores: [], value: nil, passed: nil, formatValid: true)
    }
    let sides = zip(["Left", "Right"], plain).map { name, output in
      AnswerSide(name: name, badge: .textStrong, output: output, isBlind: true)
    }
    blindAnswers.update(
      row.evalCase, sides: sides, correction: nil, width: max(1, rows[1].width - 2), isCompact: rows[1].height < 16,
      unit: .off, search: TextSearch(""), theme: theme)
    self.desk?.text.draw(blindAnswers.rows, in: rows[1], on: &surface, theme: theme)
  }

  /// How far it is to the next look, or that no more is needed; never which side is ahead.
  private static func words(_ progress: PreferenceProgress, _ theme: Theme) -> Span {
    if progress.isDecided {
      return Span("Enough is judged: Esc shows what came of it. Going on does no harm.", theme[.success])
    }
    let next = progress.nextLook.map { "next look after \($0 - progress.judged) more" } ?? "all are judged"
    return Span("\(next); whose answer is on which side is decided by chance, case by case.", theme[.textDim])
  }
}
