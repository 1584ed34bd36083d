/// Shows text of any length, wrapped, with scrolling; for answers, logs, rendered prompts and help.
package struct TextView: Sendable {
  /// True to stay at the end as text arrives, as a log wants; scrolling up pauses that until the end is reached again.
  package var follows: Bool

  private var top = 0
  private var isAtEnd = true
  private var area = Rect.empty
  private var lines: [[Span]] = []
  private var rows: [[Span]] = []
  private var starts: [Int] = []  // the row that each line begins in

  /// Makes a view that shows the beginning, or the end if it `follows`.
  package init(follows: Bool = false) { self.follows = follows }

  /// Whether text that arrives brings the end into view.
  package var isFollowing: Bool { follows && isAtEnd }

  /// Shows the beginning.
  package mutating func scrollToTop() {
    top = 0
    isAtEnd = false
  }

  /// Shows the end.
  package mutating func scrollToEnd() {
    top = .max
    isAtEnd = true
  }

  /// Shows a line, with two rows before it where there is space.
  package mutating func show(line: Int) {
    guard starts.indices.contains(line) else { return }
    top = min(max(0, starts[line] - 2), lastTop)
    isAtEnd = false
  }

  /// Scrolls; false if the event means nothing here.
  package mutating func handle(_ event: Event) -> Bool {
    let page = max(1, area.height - 1)
    switch event {
    case .key(let key):
      switch key {
      case .up, "k": scroll(by: -1)
      case .down, "j": scroll(by: 1)
      case .pageUp, "b": scroll(by: -page)
      case .pageDown, .space: scroll(by: page)
      case .control("u"): scroll(by: -max(1, page / 2))
      case .control("d"): scroll(by: max(1, page / 2))
      case .home, "g": scrollToTop()
      case .end, "G": scrollToEnd()
      default: return false
      }
    case .mouse(let mouse) where area.contains(mouse.point):
      switch mouse.action {
      case .wheelUp: scroll(by: -3)
      case .wheelDown: scroll(by: 3)
      default: return false
      }
    default: return false
    }
    return true
  }

  private mutating func scroll(by count: Int) {
    top = min(max(0, top), lastTop) + count
    isAtEnd = top >= lastTop
  }

  private var lastTop: Int { max(0, rows.count - area.height) }

  /// Draws the rows in view of `lines`, each a paragraph in pieces, and a scroll bar if there are more.
  package mutating func draw(_ lines: [[Span]], in rect: Rect, on surface: inout Surface, theme: Theme) {
    let width = max(1, rect.width - 1)
    if width != max(1, area.width - 1) || lines != self.lines {
      rows = []
      starts = lines.map { line in
        defer { rows += TextView.wrap(line, to: width) }
        return rows.count
      }
      self.lines = lines
    }
    area = rect
    if follows, isAtEnd { top = lastTop }
    top = min(max(0, top), lastTop)
    for (offset, row) in rows.dropFirst(top).prefix(rect.height).enumerated() {
      surface.write(row, at: Point(x: rect.x, y: rect.y + offset), clip: rect)
    }
    let bar = Rect(x: rect.maxX - 1, y: rect.y, width: min(1, rect.width), height: rect.height)
    Scrollbar(total: rows.count, visible: rect.height, offset: top).draw(in: bar, on: &surface, theme: theme)
  }

  /// Draws plain text; see `draw(_:in:on:theme:)`.
  package mutating func draw(
    _ text: String, style: Style = .plain, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    draw(lines.map { [Span(String($0), style)] }, in: rect, on: &surface, theme: theme)
  }

  /// One paragraph in rows of at most `width` columns.
  static func wrap(_ spans: [Span], to width: Int) -> [[Span]] {
    var characters: [Character] = []
    var styles: [Style] = []
    for span in spans {
      // Line breaks within a piece become visible: lines are what the caller makes them.
      let piece = TextWidth.expandingTabs(span.text[...])
      characters += piece
      styles += repeatElement(span.style, count: piece.count)
    }
    return TextWidth.rows(of: characters, width: width).map { row in
      var result: [Span] = []
      var start = row.lowerBound
      for index in row where index + 1 == row.upperBound || styles[index + 1] != styles[index] {
        result.append(Span(String(characters[start...index]), styles[index]))
        start = index + 1
      }
      return result
    }
  }
}
