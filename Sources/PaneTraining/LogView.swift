import Drawing

/// A job's log: follows its end, and finds text in it.
struct LogView: Sendable {
  private struct Row: Identifiable, Sendable {
    var id: Int
    var spans: [Span]
    var isHit: Bool
  }

  /// Whether new lines bring the end into view.
  var follows = true
  private var search = SearchField(placeholder: "text in the log")
  private var list = ListView<Int>()

  private var rows: [Row] = []
  private var lines: [String] = []
  private var width = 0
  private var theme: Theme?
  private var searched = ""

  var query: String { search.query }
  var isSearching: Bool { search.isTyping }

  mutating func startSearch() { search.begin() }

  mutating func endSearch(keeping: Bool) {
    if keeping { search.end() } else { search.clear() }
  }

  /// Takes what is typed into the search.
  mutating func type(_ event: Event) -> Bool {
    switch search.handle(event) {
    case .ignored: return false
    case .handled, .changed: break
    case .submitted:
      arrange(lines, width: width, theme: theme ?? .dark)
      _ = jump(by: -1)
    }
    return true
  }

  mutating func handle(_ event: Event) -> Bool {
    guard list.handle(event, rows) else { return false }
    follows = list.selection == rows.last?.id
    return true
  }

  /// Goes to the next hit in either direction, around the ends; false if there is none.
  mutating func jump(by step: Int) -> Bool {
    let hits = rows.indices.filter { rows[$0].isHit }
    guard !hits.isEmpty else { return false }
    let present = list.selectedIndex(in: rows) ?? 0
    let target = step > 0 ? hits.first { $0 > present } ?? hits[0] : hits.last { $0 < present } ?? hits[hits.count - 1]
    list.select(rows[target].id)
    follows = false
    return true
  }

  mutating func draw(_ lines: [String], in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme) {
    var body = rect
    if search.isShown, rect.height > 1 {
      search.draw(
        "\(rows.count { $0.isHit }) found", in: rect.row(rect.height - 1), focused: focused, on: &surface, theme: theme)
      body = rect.withoutLastRow
    }
    arrange(lines, width: max(1, body.width - 1), theme: theme)
    if follows, let last = rows.last { list.select(last.id) }
    list.draw(rows, in: body, focused: focused, on: &surface, theme: theme) { $0.spans }
  }

  private mutating func arrange(_ lines: [String], width: Int, theme: Theme) {
    guard lines != self.lines || width != self.width || theme != self.theme || query != searched else { return }
    (self.lines, self.width, self.theme, searched) = (lines, width, theme, query)
    let text = TextSearch(query)
    rows = []
    for line in lines {
      let spans = text.mark(
        [Span(line, Self.style(of: line).map { theme[$0] } ?? .plain)], style: theme[.searchMatch])
      let isHit = !query.isEmpty && text.matches(line)
      for (index, row) in spans.wrapped(to: width).enumerated() {
        rows.append(Row(id: rows.count, spans: row, isHit: isHit && index == 0))
      }
    }
  }

  private static let errors = TextSearch("error")
  private static let warnings = TextSearch("warn")

  private static func style(of line: String) -> StyleName? {
    errors.matches(line) ? .error : warnings.matches(line) ? .warning : nil
  }
}
