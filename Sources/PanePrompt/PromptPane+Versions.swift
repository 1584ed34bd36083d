import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// What stands below the list of versions.
enum VersionDetail: Hashable, Sendable {
  /// What the version changed against its parent.
  case changes
  /// The version whole, as it was sent.
  case whole
  /// What bringing it back would change.
  case now
}

extension PromptSubject {
  /// How to ask for its versions.
  var versions: PromptVersionsQuery {
    PromptVersionsQuery(variant: variant?.name, prompt: variant == nil ? prompt.name : nil, set: set?.name)
  }
}

extension PromptPane {
  /// Versions of the prompt that is shown, newest first.
  func versions(_ snapshot: Snapshot) -> PromptVersions? {
    subject(snapshot).flatMap { snapshot[$0.versions].answer }
  }

  /// Turns from one look at the selected version to another, and back to what it changed.
  mutating func look(_ detail: VersionDetail) {
    versionDetail = versionDetail == detail ? .changes : detail
    changeView.scrollToTop()
  }

  /// Shows the versions, with the one before what the files say selected: the one to bring back.
  mutating func showVersions(_ snapshot: Snapshot) {
    if page == .versions { return show(.model) }
    show(.versions)
    versionDetail = .changes
    wantsOlderVersion = true
    selectOlder(snapshot)
  }

  /// Selects the newest version that isn't what the files say, once the versions are known.
  mutating func selectOlder(_ snapshot: Snapshot) {
    guard wantsOlderVersion, page == .versions, let entries = versions(snapshot)?.entries, !entries.isEmpty else {
      return
    }
    wantsOlderVersion = false
    versionTable.select((entries.first { !$0.isCurrent } ?? entries[0]).id)
  }

  /// The version that is selected.
  func selectedVersion(_ snapshot: Snapshot) -> PromptVersions.Entry? {
    guard page == .versions, let entries = versions(snapshot)?.entries else { return nil }
    return versionTable.list.selected(in: entries)
  }

  /// Brings the selected version back to the files.
  mutating func bringBack(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let entry = selectedVersion(snapshot), let subject = subject(snapshot) else { return .handled }
    guard unsavedTitles.isEmpty else {
      return .notice("Save or drop what is typed first: \(unsavedTitles.joined(separator: ", ")).")
    }
    if entry.isCurrent { return .notice("The files say version \(entry.id.short) already; nothing was written.") }
    return .command(
      .restore(entry.id, variant: subject.variant?.name, prompt: subject.prompt.name, set: subject.set?.name))
  }

  mutating func drawVersions(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    selectOlder(pen.snapshot)
    let state = pen.snapshot[pen.subject.versions]
    let entries = state.answer?.entries ?? []
    let count = [NumberFormat.plural(entries.count, "version"), pen.subject.set?.name].compactMap(\.self)
    let label = [Span(count.joined(separator: " · "), theme[.textDim])]
    let name = pen.subject.variant?.name ?? pen.subject.prompt.name
    let inner = panels.frame(.versions, "Versions of \(name)", label: label, in: rect, on: &surface, theme: theme)
      .insetColumns
    guard let versions = state.answer, !entries.isEmpty else {
      let words =
        state.problem ?? (state.isLoading ? "Reading the runs …" : "No version yet: r runs the prompt and freezes one.")
      surface.write([Span(words, theme[.textDim])], in: inner)
      return
    }
    let plateau = versions.plateauSentence.map { TextWidth.wrap($0, to: max(1, inner.width)) } ?? []
    let showsChange = inner.height >= 9 + plateau.count
    let parts = inner.rows(
      showsChange ? [.share(1), .fixed(plateau.count), .fixed(1), .share(1)] : [.rest])
    versionTable.draw(
      entries, columns: columns(versions, pen), in: parts[0], focused: panels.isFocused(.versions), on: &surface,
      theme: theme)
    guard showsChange, let entry = versionTable.list.selected(in: entries) else { return }
    for (row, line) in plateau.enumerated() {
      surface.write(
        [Span(line, theme[versions.plateau?.state == .improving ? .success : .info])], in: parts[1].row(row))
    }
    surface.horizontalLine(at: parts[2].origin, length: parts[2].width, style: theme[.border])
    surface.write([Span("\(heading(entry, versions)) ", theme[.title])], in: parts[2])
    changeView.draw(detailLines(entry, versions, pen), in: parts[3], on: &surface, theme: theme)
  }

  private func name(_ hash: ContentHash, _ versions: PromptVersions) -> String {
    versions.number(of: hash).map { "v\($0)" } ?? hash.short
  }

  private func heading(_ entry: PromptVersions.Entry, _ versions: PromptVersions) -> String {
    let own = name(entry.id, versions)
    switch versionDetail {
    case .whole: return "\(own) \(entry.id.short), whole"
    case .now: return "From now to \(own): what B would change"
    case .changes:
      return entry.parent.map { "\(own) against its parent \(name($0, versions))" } ?? "\(own), the first version"
    }
  }

  private func columns(_ versions: PromptVersions, _ pen: Pen) -> [TableColumn<PromptVersions.Entry>] {
    let theme = pen.theme
    let now = pen.snapshot.time
    return [
      TableColumn("Version", width: 14...14, priority: 9) { entry in
        let number = TextWidth.pad(name(entry.id, versions), to: 3)
        return [
          Span(entry.isCurrent ? "● " : "  ", theme[.success]), Span(number),
          Span(" " + entry.id.short, theme[.textDim]),
        ]
      },
      TableColumn("Ago", width: 5...5, alignment: .right, priority: 4) { entry in
        [Span((entry.run?.started ?? entry.created).map { NumberFormat.age(now.timeIntervalSince($0)) } ?? "–")]
      },
      TableColumn("Score", width: 6...6, alignment: .right, priority: 8) { entry in
        guard let run = entry.run, run.summary.scored > 0 else { return [Span("–", theme[.textDim])] }
        return [Span(NumberFormat.percent(run.summary.mean), theme[.textStrong])]
      },
      TableColumn("Δ to parent", width: 15...16, alignment: .right, priority: 7) { entry in
        guard let pairs = entry.comparison, pairs.count > 0 else { return [] }
        let range =
          "[\(NumberFormat.signedPoints(pairs.interval.low)), \(NumberFormat.signedPoints(pairs.interval.high))]"
        let isShown = pairs.pValue <= pairs.alpha
        let style: StyleName = !isShown ? .text : pairs.difference > 0 ? .better : .worse
        return [Span(NumberFormat.signedPoints(pairs.difference) + " ", theme[style]), Span(range, theme[.textDim])]
      },
      TableColumn("n", width: 4...4, alignment: .right, priority: 3) {
        [Span($0.run.map { "\($0.casesComplete)" } ?? "")]
      },
      TableColumn("Tokens", width: 6...6, alignment: .right, priority: 5) { entry in
        guard let summary = entry.run?.summary, summary.done > 0 else { return [] }
        return [Span(summary.meanPromptTokens.map { "\(Int($0.rounded()))" } ?? "–")]
      },
      TableColumn("$/1,000", width: 8...8, alignment: .right, priority: 2) { entry in
        [Span(entry.run?.summary.costPerReply.map { NumberFormat.dollars($0 * 1000) } ?? "")]
      },
      TableColumn("Changed", width: 10...60, priority: 6) { entry in
        if let confounded = entry.confounded { return [Span("confounded: \(confounded)", theme[.warning])] }
        return [Span(entry.changes?.words ?? "first", theme[.textDim])]
      },
    ]
  }

  private func detailLines(_ entry: PromptVersions.Entry, _ versions: PromptVersions, _ pen: Pen) -> [[Span]] {
    let theme = pen.theme
    var lines: [[Span]] = []
    if let labels = entry.run?.labels, labels != RunLabels() {
      let words = [labels.name, labels.note].compactMap(\.self).joined(separator: ": ")
      lines.append([Span("Run \(entry.run.map { "\($0.id)" } ?? ""): ", theme[.textDim]), Span(words)])
    }
    switch versionDetail {
    case .whole:
      for part in entry.version.parts {
        if lines.last?.isEmpty == false { lines.append([]) }
        lines.append([Span(part.title, theme[.textStrong]), Span(" · \(part.role.rawValue)", theme[.textDim])])
        lines += SlotText.plain(part.body)
      }
      return lines
    case .now: return lines + changeLines(from: pen.subject.version, to: entry.version, theme)
    case .changes:
      if let confounded = entry.confounded, entry.comparison != nil {
        lines.append([
          Span("Confounded by \(confounded): the difference can't be put down to one of them.", theme[.warning])
        ])
      }
      let parent = entry.parent.flatMap { hash in versions.entries.first { $0.id == hash } }
      return lines + changeLines(from: parent?.version, to: entry.version, theme)
    }
  }

  private func changeLines(from old: PromptVersion?, to new: PromptVersion, _ theme: Theme) -> [[Span]] {
    let older = "Measured on an older version: these sections were joined by an older rule, under another hash."
    let note: [[Span]] = new.isOfOlderRule ? [[Span(older, theme[.warning])]] : []
    return note
      + VersionChange.lines(from: old, to: new).map { line in
        switch line.kind {
        case .heading: [Span(line.text, theme[.textStrong])]
        case .added: [Span("  + "), Span(line.text, theme[.diffAdded])]
        case .removed: [Span("  - "), Span(line.text, theme[.diffRemoved])]
        case .same: [Span(line.text, theme[.textDim])]
        }
      }
  }
}
