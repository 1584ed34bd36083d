import Domain
import Drawing
import WorkbenchCore

/// Everything that can be asked for, found by typing a few of its letters.
struct Palette: Sendable {
  /// One thing to ask for.
  struct Entry: Sendable, Identifiable {
    /// What choosing it does.
    enum Action: Sendable {
      case screen(Screen.Action)
      case theme(String)
      case command(Command)
      case show(PaneID, Subject)
      case pane(Int, BindingHint)
    }
    var title: String
    var detail: String
    var keys: String?
    var action: Action
    var id: String { detail + "\u{1f}" + title }
  }

  enum Outcome {
    case open, closed
    case chosen(Entry)
  }

  let entries: [Entry]
  let themeBefore: Theme
  var field = LineField(prompt: ":", placeholder: "type a few letters")
  var list = ListView<String>()
  private(set) var matches: [Entry]

  init(entries: [Entry], theme: Theme) {
    var seen: Set<String> = []
    self.entries = entries.filter { seen.insert($0.id).inserted }
    themeBefore = theme
    matches = self.entries
  }

  /// The entry that Enter would choose.
  var selected: Entry? { list.selected(in: matches) }

  mutating func handle(_ event: Event) -> Outcome {
    switch event {
    case .key(.up), .key(.down), .key(.pageUp), .key(.pageDown), .mouse:
      _ = list.handle(event, matches)
      return .open
    case .key(.control("n")):
      _ = list.handle(.key(.down), matches)
      return .open
    case .key(.control("p")):
      _ = list.handle(.key(.up), matches)
      return .open
    case .key(.control("c")): return .closed
    case .key(.tab):
      if let selected { field.setText(selected.title) }
      filter()
      return .open
    default: break
    }
    switch field.handle(event) {
    case .canceled: return .closed
    case .submitted: return selected.map { .chosen($0) } ?? .open
    case .changed: filter()
    case .ignored, .handled: break
    }
    return .open
  }

  private mutating func filter() {
    let query = field.text
    if query.isEmpty {
      matches = entries
    } else {
      matches = entries.enumerated().compactMap { index, entry in
        FuzzyMatch.score(query, in: entry.title).map { (entry, $0, index) }
      }.sorted { ($0.1, -$0.2) > ($1.1, -$1.2) }.map(\.0)
    }
    list.select(matches.first?.id)
  }

  mutating func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    let box = Overlays.box(in: rect, width: 80, height: 20)
    let inner = Overlays.frame(box, title: "Commands · Esc closes", on: &surface, theme: theme)
    let rows = inner.rows([.fixed(1), .fixed(1), .rest])
    field.draw(in: rows[0], focused: true, on: &surface, theme: theme)
    surface.horizontalLine(at: Point(x: inner.x, y: rows[1].y), length: inner.width, style: theme[.overlayBorder])
    if matches.isEmpty {
      surface.write(
        "No match.", at: Point(x: inner.x, y: rows[2].y),
        style: theme[.textDim], clip: inner)
      return
    }
    let width = rows[2].width
    list.draw(matches, in: rows[2], focused: true, on: &surface, theme: theme) { entry in
      Self.spans(of: entry, width: width, theme: theme)
    }
  }

  /// Title, detail and keys; a detail too long for its column has that of the keys too where there are none.
  private static func spans(of entry: Entry, width: Int, theme: Theme) -> [Span] {
    let narrow = max(0, min(24, width / 3))
    guard entry.keys == nil, TextWidth.columns(of: entry.detail) > narrow else {
      let detail = TextWidth.truncate(entry.detail, to: narrow)
      let room = max(8, width - TextWidth.columns(of: detail) - 14)
      return [
        Span(TextWidth.pad(entry.title, to: room)), Span(" " + detail + " ", theme[.textDim]),
        Span(TextWidth.pad(entry.keys ?? "", to: 10, .right), theme[.key]),
      ]
    }
    let most = max(8, width - narrow - 14)
    let title = TextWidth.pad(entry.title, to: min(most, max(24, TextWidth.columns(of: entry.title))))
    let room = max(0, width - TextWidth.columns(of: title) - 2)
    return [Span(title), Span(" " + TextWidth.truncate(entry.detail, to: room), theme[.textDim])]
  }
}

/// How well a few letters name a title: all must occur in order; runs of letters and starts of words count more.
enum FuzzyMatch {
  /// A score that is larger for better matches; nil when a letter is missing.
  static func score(_ query: String, in title: String) -> Int? {
    let letters = Array(query.lowercased().filter { $0 != " " })
    let text = Array(title.lowercased())
    var score = 0
    var position = 0
    var run = 0
    for letter in letters {
      guard let found = text[position...].firstIndex(of: letter) else { return nil }
      let startsWord = found == 0 || !text[found - 1].isLetter && !text[found - 1].isNumber
      run = found == position ? run + 1 : 0
      score += 1 + run * 2 + (startsWord ? 4 : 0)
      position = found + 1
    }
    return score * 8 - text.count
  }
}
