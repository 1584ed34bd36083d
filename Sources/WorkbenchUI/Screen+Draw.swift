import Domain
import Drawing
import NumberFormat
import WorkbenchCore

extension Screen {
  /// The smallest screen that is worth drawing on.
  static let smallest = Size(width: 40, height: 10)

  /// Draws everything into a surface of the terminal's size.
  package mutating func draw(on surface: inout Surface) {
    let bounds = surface.bounds
    surface.cursor = nil
    surface.fill(bounds, style: theme.resolved(.text))
    guard bounds.width >= Screen.smallest.width, bounds.height >= Screen.smallest.height else {
      drawTooSmall(in: bounds, on: &surface)
      return
    }
    let rows = bounds.rows([.fixed(1), .rest, .fixed(1)])
    drawTabs(in: rows[0], on: &surface)
    panes[focus].draw(snapshot, in: rows[1], focused: overlay == nil, on: &surface, theme: theme)
    drawStatus(in: rows[2], on: &surface)
    if overlay != nil { surface.cursor = nil }
    switch overlay {
    case .help(var help):
      help.draw(in: bounds, on: &surface, theme: theme)
      overlay = .help(help)
    case .messages(var messages):
      messages.draw(in: bounds, on: &surface, theme: theme)
      overlay = .messages(messages)
    case .palette(var palette):
      palette.draw(in: bounds, on: &surface, theme: theme)
      overlay = .palette(palette)
    case .trust(var question):
      question.draw(in: bounds, on: &surface, theme: theme)
      overlay = .trust(question)
    case .charge(var question):
      question.draw(in: bounds, on: &surface, theme: theme)
      overlay = .charge(question)
    case .question(let question): question.draw(in: bounds, on: &surface, theme: theme)
    case nil: break
    }
  }

  private func drawTooSmall(in bounds: Rect, on surface: inout Surface) {
    let text = "Assay needs at least 40 columns and 10 rows; this window has \(bounds.width) and \(bounds.height)."
    for (index, line) in TextWidth.wrap(text, to: max(1, bounds.width)).prefix(bounds.height).enumerated() {
      surface.write(line, at: Point(x: 0, y: index), style: theme[.text])
    }
  }

  // MARK: Tabs

  /// Where each tab stands in the first row.
  struct Tab: Hashable {
    var label: String
    var range: Range<Int>
  }

  /// The tabs as wide as the row allows: number and title, or on narrow screens the number alone for all but the
  /// focused one.
  func tabs(width: Int) -> [Tab] {
    let full = entries.map { " \($0.key) \($0.title) " }
    let room = width - 8
    let labels =
      full.reduce(0) { $0 + $1.count } <= room
      ? full : panes.indices.map { $0 == focus ? full[$0] : " \(entries[$0].key) " }
    var x = 8
    return labels.map { label in
      defer { x += TextWidth.columns(of: label) }
      return Tab(label: label, range: x..<x + TextWidth.columns(of: label))
    }
  }

  private func drawTabs(in rect: Rect, on surface: inout Surface) {
    surface.fill(rect, style: theme.resolved(.status))
    surface.write(" assay ", at: Point(x: rect.x, y: rect.y), style: theme.resolved(.statusTitle), clip: rect)
    var end = 8
    for (index, tab) in tabs(width: rect.width).enumerated() {
      let style = theme.resolved(index == focus ? .tabActive : .tab)
      surface.write(tab.label, at: Point(x: tab.range.lowerBound, y: rect.y), style: style, clip: rect)
      end = tab.range.upperBound
    }
    let errors = snapshot.workspace.problems.count { $0.severity == .error }
    let warnings = snapshot.workspace.problems.count - errors
    var spans: [Span] = []
    if !snapshot.trust.isTrusted { spans.append(Span("not trusted ", theme[.warning])) }
    if errors > 0 { spans.append(Span("✗ \(errors) ", theme[.error])) }
    if warnings > 0 { spans.append(Span("! \(warnings) ", theme[.warning])) }
    let room = rect.maxX - end - 2 - spans.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    if room >= 8 { spans.append(Span(TextWidth.truncate(snapshot.workspace.name, to: room) + " ", theme[.textDim])) }
    let width = spans.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    surface.write(spans, at: Point(x: max(end, rect.maxX - width), y: rect.y), clip: rect)
  }

  // MARK: Status

  private func drawStatus(in rect: Rect, on surface: inout Surface) {
    surface.fill(rect, style: theme.resolved(.status))
    let work = workSpans(width: rect.width)
    let workWidth = work.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    surface.write(work, at: Point(x: rect.maxX - workWidth, y: rect.y), clip: rect)
    let left = Rect(x: rect.x + 1, y: rect.y, width: max(0, rect.width - workWidth - 2), height: 1)
    surface.write(
      messageSpans(width: left.width) ?? spans(footerHints, width: left.width), at: Point(x: left.x, y: left.y),
      clip: left)
  }

  /// A sentence for the person, a pane's answer or a notice not yet seen, and beside it the key that helps on.
  private func messageSpans(width: Int) -> [Span]? {
    var message: [Span] = []
    if case .question(let question) = overlay, question.isSaving {
      message = [Span("Saving what you typed …", theme[.statusBusy])]
    } else if let sentence {
      message = [Span(TextWidth.truncate(sentence, to: width), theme[.statusNotice])]
    } else if let notice = snapshot.notices.last, notice.id > seenNotice {
      let text = TextWidth.truncate(notice.shown, to: max(0, width - 2))
      message = [Span(notice.kind.mark + " ", theme[notice.kind.style]), Span(text, theme[.statusNotice])]
    } else {
      return nil
    }
    message.append(Span("   ", theme[.status]))
    let hints = footerHints
    let helpers = hints.global.isEmpty ? hints.own : hints.global.filter { $0.words == "help" }
    return message + spans((own: helpers, global: []), width: width - message.reduce(0) { $0 + $1.columns })
  }

  /// A key and what it does, as the footer shows it.
  struct FooterHint: Hashable {
    var keys: String
    var words: String

    init(_ keys: String, _ words: String) {
      self.keys = keys
      self.words = words
    }

    /// Nil for what doesn't belong into the footer now.
    init?(_ hint: BindingHint) {
      guard let words = hint.footer, hint.unavailable == nil, let key = hint.keys.first else { return nil }
      self.init(key.description, words)
    }

    var columns: Int { TextWidth.columns(of: keys) + TextWidth.columns(of: words) + 3 }
  }

  /// The keys that mean something now: those of what has all keys, or the focused pane's and the global ones.
  private var footerHints: (own: [FooterHint], global: [FooterHint]) {
    switch overlay {
    case .help, .messages: return ([FooterHint("j k", "scroll"), FooterHint("Esc", "close")], [])
    case .palette:
      return ([FooterHint("Enter", "choose"), FooterHint("Tab", "complete"), FooterHint("Esc", "close")], [])
    case .trust: return ([FooterHint("y", "trust it"), FooterHint("n", "only look"), FooterHint("j k", "scroll")], [])
    case .charge: return ([FooterHint("y", "start"), FooterHint("n", "don't"), FooterHint("j k", "scroll")], [])
    case .question: return ([FooterHint("y", "quit"), FooterHint("n", "stay")], [])
    case nil: break
    }
    let own = panes[focus].hints(snapshot).compactMap { FooterHint($0) }
    return (own, panes[focus].capturesText ? [] : bindings.compactMap { FooterHint($0.hint) })
  }

  /// As many of them as fit; the global ones stay.
  private func spans(_ hints: (own: [FooterHint], global: [FooterHint]), width: Int) -> [Span] {
    var room = width - hints.global.reduce(0) { $0 + $1.columns }
    var shown: [FooterHint] = []
    for hint in hints.own {
      guard hint.columns <= room else { continue }
      room -= hint.columns
      shown.append(hint)
    }
    return (shown + hints.global).flatMap { [Span($0.keys, theme[.key]), Span(" \($0.words)  ", theme[.status])] }
  }

  /// Progress of what is under way: the newest run, how many others there are, and the newest running job.
  private func workSpans(width: Int) -> [Span] {
    var spans: [Span] = []
    for run in snapshot.runs {
      guard let progress = snapshot.progress[run.id] else { continue }
      let share = progress.total > 0 ? progress.done * 8 / progress.total : 0
      spans.append(Span(" \(TextWidth.truncate(run.variant.name, to: 14)) ", theme[.statusBusy]))
      spans.append(Span(String(repeating: "━", count: share), theme[.progressFilled]))
      spans.append(Span(String(repeating: "─", count: 8 - share), theme[.progressEmpty]))
      let rate = width >= 100 ? progress.rate.map { " " + NumberFormat.rate($0) } ?? "" : ""
      let left = width >= 120 ? progress.remainingSeconds.map { " \(NumberFormat.clock($0)) left" } ?? "" : ""
      let counts = " \(progress.done)/\(progress.total)\(rate)\(left)"
      let waiting = progress.waiting.map { width >= 100 ? " " + TextWidth.truncate($0, to: width / 3) : " …" }
      spans.append(Span(waiting ?? counts, theme[.statusBusy]))
      if progress.errors > 0 { spans.append(Span(" ✗ \(progress.errors)", theme[.error])) }
      let others = snapshot.progress.count - 1
      if others > 0, width >= 100 { spans.append(Span(" and \(others) more", theme[.statusBusy])) }
      spans.append(Span(" ", theme[.statusBusy]))
      break
    }
    if let job = snapshot.jobs.first(where: { !$0.state.isOver }) {
      let step = job.steps > 0 ? " \(job.step)/\(job.steps)" : job.state == .queued ? " waiting" : " starting"
      let loss = width >= 100 ? job.trainLoss.map { " loss \(NumberFormat.loss($0))" } ?? "" : ""
      spans.append(Span(" ▲ job \(job.id)\(step)\(loss) ", theme[.statusBusy]))
    }
    return spans
  }
}
