import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// The selected run: how far it is or what it has measured, its requests under way, and the answer to one of them.
extension RunsPane {
  mutating func drawRun(in rect: Rect, _ pen: Pen, isTall: Bool = false, on surface: inout Surface) {
    guard let run = selected(pen.snapshot) else { return }
    let look = run.look(isHere: pen.snapshot.progress[run.id] != nil)
    let name = run.labels.name.map { " “\($0)”" } ?? ""
    let title = "Run \(run.id)\(name) · \(run.variant.name) on \(run.set)"
    let state = [Span("\(look.glyph) \(look.word)", pen.theme[look.style])]
    var inner = panels.frame(.run, title, label: state, in: rect, on: &surface, theme: pen.theme).insetColumns
    if let progress = pen.snapshot.progress[run.id] {
      let fraction = progress.total > 0 ? Double(progress.done) / Double(progress.total) : nil
      ProgressBar(fraction: fraction, label: RunFigures.bar(progress))
        .draw(in: inner.row(0), on: &surface, theme: pen.theme)
      inner = inner.withoutFirstRow
    }
    summary.draw(runLines(pen, isTall: isTall, width: inner.width - 2), in: inner, on: &surface, theme: pen.theme)
  }

  /// What the panel of the run says below its bar; a tall one has room for what is measured so far, too.
  func runLines(_ pen: Pen, isTall: Bool, width: Int) -> [[Span]] {
    guard let run = selected(pen.snapshot) else { return [] }
    guard let progress = pen.snapshot.progress[run.id] else { return lines(atRest: run, pen, width: width) }
    var lines = lines(of: progress, pen, width: width)
    if isTall { lines += [[]] + measured(run, pen, width: width) }
    return lines
  }

  private func measured(_ run: Run, _ pen: Pen, width: Int) -> [[Span]] {
    let prompt = pen.snapshot.workspace.evalSet(run.set)?.prompt
    return RunFigures(run: run).summary(prompt, pen.snapshot, theme: pen.theme).flatMap { label, words in
      Self.labelled(label, words, width: width, pen.theme)
    }
  }

  private func lines(of progress: RunProgress, _ pen: Pen, width: Int) -> [[Span]] {
    let theme = pen.theme
    var lines = Self.flow(RunFigures.words(progress, theme: theme), width: width, theme)
    if let waiting = progress.waiting {
      lines += [Span("Waiting: \(waiting).", theme[.statusBusy])].wrapped(to: width)
    }
    lines += failureLines(progress.failures, "Why requests failed, those asked again included", width, theme)
    lines += slowestLines(progress.slowest, width, theme)
    return lines
  }

  private func lines(atRest run: Run, _ pen: Pen, width: Int) -> [[Span]] {
    let (snapshot, theme) = (pen.snapshot, pen.theme)
    let figures = RunFigures(run: run)
    let failures = failures(of: run, snapshot)
    var present = present
    let change = present.change(of: run, snapshot)
    let isReadable = change != .setIsGone
    let advice = figures.advice(change, isReadable ? RunPair(run, snapshot) : nil, isKnownWhy: !failures.isEmpty)
    var lines = run.labels.note.map { [Span("Note: " + $0, theme[.textStrong])].wrapped(to: width) } ?? []
    lines += advice.flatMap { [Span($0.text, theme[$0.style])].wrapped(to: width) }
    lines += [[]] + measured(run, pen, width: width)
    if !failures.isEmpty {
      lines.append([])
      lines += failureLines(failures, "Why requests failed, as seen here", width, theme)
    }
    if let slowest = remembered[run.id]?.slowest { lines += slowestLines(slowest, width, theme) }
    return lines
  }

  private func failureLines(_ failures: [String: Int], _ title: String, _ width: Int, _ theme: Theme) -> [[Span]] {
    guard !failures.isEmpty else { return [] }
    let sorted = RunFigures.sorted(failures)
    let digits = NumberFormat.count(sorted[0].count).count
    return [[Span(title, theme[.textDim])]]
      + sorted.flatMap { reason, count in
        let label = Span(TextWidth.pad(NumberFormat.count(count), to: digits, .right) + " × ", theme[.error])
        return Self.hanging(label, [Span(reason)], width: width)
      }
  }

  private func slowestLines(_ slowest: [RunProgress.SlowCase], _ width: Int, _ theme: Theme) -> [[Span]] {
    guard !slowest.isEmpty else { return [] }
    let words = slowest.map { [Span("\(TextWidth.truncate($0.caseID, to: 24)) \(NumberFormat.duration($0.seconds))")] }
    return Self.labelled("slowest", words, width: width, theme)
  }

  /// Words in rows of at most `width` columns, with dots between them.
  private static func flow(_ words: [[Span]], width: Int, _ theme: Theme) -> [[Span]] {
    var rows: [[Span]] = []
    var used = 0
    for word in words {
      let columns = word.reduce(0) { $0 + $1.columns }
      if !rows.isEmpty, used + columns + 3 <= width {
        rows[rows.count - 1] += [Span(" · ", theme[.textDim])] + word
        used += columns + 3
      } else {
        rows.append(word)
        used = columns
      }
    }
    return rows
  }

  /// Words beside their label.
  private static func labelled(_ label: String, _ words: [[Span]], width: Int, _ theme: Theme) -> [[Span]] {
    let label = Span(TextWidth.pad(label, to: 10), theme[.textDim])
    let indent = Span(String(repeating: " ", count: label.columns))
    return flow(words, width: width - label.columns, theme).enumerated().map { [$0 == 0 ? label : indent] + $1 }
  }

  /// A sentence beside its label, whose further rows stand under its first one where there is room for that.
  private static func hanging(_ label: Span, _ words: [Span], width: Int) -> [[Span]] {
    guard width >= label.columns + 20 else { return [[label] + words] }
    let indent = Span(String(repeating: " ", count: label.columns))
    return words.wrapped(to: width - label.columns).enumerated().map { [$0 == 0 ? label : indent] + $1 }
  }

  // MARK: - Requests under way

  mutating func drawRequests(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    guard let run = selected(pen.snapshot), let progress = pen.snapshot.progress[run.id] else { return }
    let theme = pen.theme
    let hidden = progress.inFlight - progress.running.count
    let label = hidden > 0 && !progress.running.isEmpty ? [Span("and \(hidden) more", theme[.textDim])] : []
    let inner = panels.frame(.requests, "Under way", label: label, in: rect, on: &surface, theme: pen.theme)
      .insetColumns
    guard !progress.running.isEmpty else {
      let text = progress.waiting.map { "No request is under way: \($0)." } ?? "No request is under way."
      EmptyState(text).draw(in: inner, on: &surface, theme: theme)
      return
    }
    requests.draw(
      progress.running, columns: columns(progress, of: run, pen, inner.size),
      in: inner.withBar(for: progress.running.count),
      focused: panels.isFocused(.requests), on: &surface, theme: theme)
    shownRequest = requests.selection
  }

  private func columns(
    _ progress: RunProgress, of run: Run, _ pen: Pen, _ size: Size
  ) -> [TableColumn<RunProgress.RunningCase>] {
    let (snapshot, theme) = (pen.snapshot, pen.theme)
    let running = progress.running
    let hasAttempts = running.contains { $0.attempt > 1 }
    let isScrolled = running.count > size.height - 1
    let longest = running.map { TextWidth.columns(of: $0.caseID) }.max() ?? 0
    let others = 8 + (hasAttempts ? 5 : 0) + (run.repeats > 1 ? 8 : 0) + (isScrolled ? 2 : 0)
    let id = max(4, min(longest, 32, max(8, size.width - others)))
    let slow = run.summary.latency95 > 0 ? 2 * run.summary.latency95 : .infinity
    var columns: [TableColumn<RunProgress.RunningCase>] = [
      TableColumn("case", width: id...id, priority: 10) {
        [Span(TextWidth.clippedInTheMiddle($0.caseID, to: id), theme[.textStrong])]
      },
      TableColumn("since", width: 6...6, alignment: .right, priority: 9) { request in
        let seconds = max(0, snapshot.time.timeIntervalSince(request.started))
        return [Span(NumberFormat.elapsed(seconds), theme[seconds > slow ? .warning : .text])]
      },
    ]
    if hasAttempts {
      columns.append(
        TableColumn("try", width: 3...3, alignment: .right, priority: 8) { request in
          request.attempt > 1 ? [Span("\(request.attempt)", theme[.warning])] : []
        })
    }
    if run.repeats > 1 {
      columns.append(
        TableColumn("answer", width: 6...6, alignment: .right, priority: 7) {
          [Span("\($0.sample + 1)/\(run.repeats)", theme[.textDim])]
        })
    }
    if isScrolled { columns.append(Self.gap()) }
    let rest = size.width - columns.reduce(0) { $0 + $1.width.upperBound + 2 }
    if rest >= 16 {
      columns.insert(
        TableColumn("text", width: rest...rest, priority: 1) { request in
          [Span(request.text.map { TextWidth.tail($0, width: rest) } ?? "", theme[.textDim])]
        }, at: columns.count - (isScrolled ? 1 : 0))
    }
    return columns
  }

  // MARK: - The answer as it comes

  mutating func drawText(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    guard let request = request(pen.snapshot) else {
      let inner = panels.frame(.text, "Answer", in: rect, on: &surface, theme: pen.theme).insetColumns
      let text = "What comes of an answer is shown here while it comes."
      EmptyState(text).draw(in: inner, on: &surface, theme: theme)
      return
    }
    var title = "Answer to \(request.caseID)"
    if request.sample > 0 { title += " · \(request.sample + 1)" }
    if request.attempt > 1 { title += " · attempt \(request.attempt)" }
    let label = [Span(text.isFollowing ? "following" : "paused", theme[.textDim])]
    let inner = panels.frame(.text, title, label: label, in: rect, on: &surface, theme: pen.theme).insetColumns
    guard let answer = request.text, !answer.isEmpty else {
      let sentence = request.text == nil ? "This answer isn't streamed, or hasn't begun." : "Nothing has come yet."
      EmptyState(sentence).draw(in: inner, on: &surface, theme: theme)
      return
    }
    // Its end is what is read; the beginning of a long one is in the way of a quick answer to keys.
    let isLong = answer.utf8.count > LongText.limit
    let end = isLong ? "…" + String(answer.unicodeScalars.suffix(LongText.limit / 2)) : answer
    text.draw(end, style: theme[.text], in: inner, on: &surface, theme: theme)
  }
}
