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
  private(set) var query = ""
  private var field: LineField?
  private var list = ListView<Int>()

  private var rows: [Row] = []
  private var lines: [String] = []
  private var width = 0
  private var theme: Theme?
  private var searched = ""

  var isSearching: Bool { field != nil }

  mutating func startSearch() {
    var field = LineField(prompt: "/", placeholder: "text in the log")
    field.setText(query)
    self.field = field
  }

  mutating func endSearch(keeping: Bool) {
    field = nil
    if !keeping { query = "" }
  }

  /// Takes what is typed into the search.
  mutating func type(_ event: Event) -> Bool {
    guard var field else { return false }
    let outcome = field.handle(event)
    self.field = field
    switch outcome {
    case .ignored: return false
    case .handled: break
    case .changed: query = field.text
    case .submitted(let text):
      query = text
      self.field = nil
      arrange(lines, width: width, theme: theme ?? .dark)
      _ = jump(by: -1)
    case .canceled: endSearch(keeping: false)
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
    if isSearching || !query.isEmpty, rect.height > 1 {
      let row = rect.row(rect.height - 1)
      if let field {
        field.draw(in: row, focused: focused, on: &surface, theme: theme)
      } else {
        let hits = rows.count { $0.isHit }
        surface.write(
          [Span("/", theme[.inputPrompt]), Span(query, theme[.input]), Span("  \(hits) found", theme[.textDim])],
          in: row)
      }
      body = Rect(x: rect.x, y: rect.y, width: rect.width, height: rect.height - 1)
    }
    arrange(lines, width: max(1, body.width - 1), theme: theme)
    if follows, let last = rows.last { list.select(last.id) }
    list.draw(rows, in: body, focused: focused, on: &surface, theme: theme) { $0.spans }
  }

  private mutating func arrange(_ lines: [String], width: Int, theme: Theme) {
    guard lines != self.lines || width != self.width || theme != self.theme || query != searched else { return }
    (self.lines, self.width, self.theme, searched) = (lines, width, theme, query)
    let search = TextSearch(query)
    rows = []
    for line in lines {
      let spans = search.mark(
        [Span(line, Self.style(of: line).map { theme[$0] } ?? .plain)], style: theme[.searchMatch])
      let isHit = !query.isEmpty && search.matches(line)
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
