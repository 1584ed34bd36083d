import Domain
import Drawing
import NumberFormat
import WorkbenchCore

/// A version in the list, once for each run that used it.
struct VersionRow: Identifiable {
  var version: PromptVersion
  /// When it was first used; nil for the text as it is now when nothing ran it yet.
  var stored: StoredVersion?
  var run: Run?
  var isCurrent: Bool
  var id: String { run.map { "\(version.hash)/\($0.id)" } ?? version.hash.hex }
}

extension PromptPane {
  /// Versions of the prompt that is shown, newest first, with their runs.
  func versionRows(_ snapshot: Snapshot) -> [VersionRow] {
    guard let subject = subject(snapshot) else { return [] }
    let current = subject.version
    let stored = snapshot.versions.filter { $0.version.prompt == subject.prompt.name }
    let runs = Dictionary(grouping: snapshot.runs, by: \.promptVersion)
    var rows: [VersionRow] = []
    if !stored.contains(where: { $0.id == current.hash }), !current.parts.isEmpty {
      rows.append(VersionRow(version: current, isCurrent: true))
    }
    for version in stored {
      let isCurrent = version.id == current.hash
      let own = runs[version.id] ?? []
      if own.isEmpty { rows.append(VersionRow(version: version.version, stored: version, isCurrent: isCurrent)) }
      rows += own.map { VersionRow(version: version.version, stored: version, run: $0, isCurrent: isCurrent) }
    }
    return rows
  }

  mutating func drawVersions(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    let rows = versionRows(pen.snapshot)
    let label = [Span(NumberFormat.plural(Set(rows.map(\.version.hash)).count, "version"), theme[.textDim])]
    let inner = panels.frame(
      .versions, "Versions of \(pen.subject.prompt.name)", label: label, in: rect, on: &surface, theme: theme
    ).insetColumns
    guard !rows.isEmpty else {
      surface.write([Span("No version yet: r runs the prompt and freezes one.", theme[.textDim])], in: inner)
      return
    }
    let showsChange = inner.height >= 9
    let parts = inner.rows(showsChange ? [.share(1), .fixed(1), .share(1)] : [.rest])
    versionTable.draw(
      rows, columns: columns(pen), in: parts[0], focused: panels.isFocused(.versions), on: &surface, theme: theme)
    guard showsChange, let row = versionTable.list.selected(in: rows) else { return }
    let older = previous(of: row, pen.snapshot)
    let heading = older.map { "Changed since \($0.hash.short)" } ?? "Changed"
    surface.horizontalLine(at: parts[1].origin, length: parts[1].width, style: theme[.border])
    surface.write([Span("\(heading) ", theme[.title])], in: parts[1])
    changeView.draw(changeLines(from: older, to: row.version, theme), in: parts[2], on: &surface, theme: theme)
  }

  private func columns(_ pen: Pen) -> [TableColumn<VersionRow>] {
    let theme = pen.theme
    let now = pen.snapshot.time
    return [
      TableColumn("Version", width: 10...10, priority: 9) { row in
        [Span(row.isCurrent ? "● " : "  ", theme[.success]), Span(row.version.hash.short)]
      },
      TableColumn("Ago", width: 6...6, alignment: .right, priority: 5) { row in
        [Span(row.stored.map { NumberFormat.age(now.timeIntervalSince(row.run?.started ?? $0.created)) } ?? "–")]
      },
      TableColumn("Variant", width: 8...22, priority: 7) { row in
        guard let run = row.run else { return [Span(row.stored == nil ? "as it is now" : "–")] }
        return [Span(run.variant.name, theme[run.variant.isTuned ? .badgeTuned : .badgePrompted])]
      },
      TableColumn("Set", width: 4...10, priority: 4) { row in [Span(row.run?.set ?? "")] },
      TableColumn("Score", width: 15...15, alignment: .right, priority: 8) { row in
        guard let run = row.run, run.summary.scored > 0 else { return [Span("not measured")] }
        let summary = run.summary
        return [
          Span(NumberFormat.percent(summary.mean), theme[.textStrong]),
          Span(TextWidth.pad(NumberFormat.range(summary.low, summary.high), to: 9, .right)),
        ]
      },
      TableColumn("Tokens", width: 6...6, alignment: .right, priority: 6) { row in
        guard let summary = row.run?.summary, summary.done > 0 else { return [] }
        return summary.meanPromptTokens.map { [Span("\(Int($0.rounded()))")] } ?? [Span("–")]
      },
    ]
  }

  /// The version before this one.
  private func previous(of row: VersionRow, _ snapshot: Snapshot) -> PromptVersion? {
    let stored = snapshot.versions.filter { $0.version.prompt == row.version.prompt }
    guard let index = stored.firstIndex(where: { $0.id == row.version.hash }) else { return stored.first?.version }
    return index + 1 < stored.count ? stored[index + 1].version : nil
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
