import Content
import Domain
import Drawing
import NumberFormat
import WorkbenchCore

/// The prompt as the model sees it, in lines; put together again only when something it is made of changes.
struct ModelLines: Sendable {
  /// Everything that the lines depend on.
  private struct Key: Equatable, Sendable {
    var rendered: RenderedPrompt
    var prompt: Prompt
    var choice: SectionChoice
    var input: JSONValue?
    var search: TextSearch
    var theme: String
    var width: Int
  }

  private var key: Key?
  /// The lines, for a view that wraps them.
  private(set) var lines: [[Span]] = []

  init() {}

  /// Makes the lines say what was rendered: messages under their roles, sections under their titles, with tokens.
  mutating func update(
    _ rendered: RenderedPrompt, _ subject: PromptSubject, _ search: TextSearch, _ theme: Theme, width: Int
  ) {
    let wanted = Key(
      rendered: rendered, prompt: subject.prompt, choice: subject.choice, input: subject.evalCase?.input,
      search: search, theme: theme.name, width: width)
    guard wanted != key else { return }
    key = wanted
    lines = Self.lines(wanted, theme)
  }

  private static func lines(_ key: Key, _ theme: Theme) -> [[Span]] {
    let rendered = key.rendered
    var lines: [[Span]] = []
    if let problem = rendered.problem { lines += [[Span("✗ \(problem)", theme[.error])], []] }
    var sections = key.prompt.sent(key.choice)
    for parts in groups(rendered.parts, &sections) {
      guard let role = parts.first?.part.role else { continue }
      if lines.last?.isEmpty == false { lines.append([]) }
      let style = theme[role == .user ? .sectionUser : .sectionSystem]
      let tokens = parts.reduce(0) { $0 + ($1.part.tokens ?? 0) }
      let heading = role.rawValue.uppercased() + (parts.count == 1 ? " · \(parts[0].part.title)" : "")
      let count = NumberFormat.tokens(tokens, isExact: rendered.countsAreExact)
      lines.append(rule(heading, count, "─", style, theme[.textDim], key.width))
      for (part, body) in parts {
        if parts.count > 1 {
          let count = NumberFormat.tokens(part.tokens, isExact: rendered.countsAreExact)
          lines.append(rule(part.title, count, "┄", theme[.textDim], theme[.textDim], key.width))
        }
        let filled = body.flatMap { body in
          key.input.flatMap { SlotText.filled(body, with: $0, expected: part.text, theme: theme) }
        }
        lines += (filled ?? SlotText.plain(part.text)).map { key.search.mark($0, style: theme[.searchMatch]) }
      }
    }
    if lines.isEmpty { lines = [[Span("Nothing is sent: every section is off or empty.", theme[.warning])]] }
    return lines
  }

  /// Messages in the order they are sent: parts that follow each other under one role, with their texts as written.
  private static func groups(
    _ parts: [RenderedPrompt.Part], _ sections: inout [Section]
  ) -> [[(part: RenderedPrompt.Part, body: String?)]] {
    var groups: [[(part: RenderedPrompt.Part, body: String?)]] = []
    for part in parts {
      let index = sections.firstIndex { $0.title == part.title && $0.role == part.role }
      let body = index.map { sections.remove(at: $0).body }
      // A section without text isn't sent; one whose slots are filled with nothing is.
      if body?.isEmpty ?? part.text.isEmpty { continue }
      if groups.last?.last?.part.role == part.role {
        groups[groups.count - 1].append((part, body))
      } else {
        groups.append([(part, body)])
      }
    }
    return groups
  }

  /// A heading with a line behind it and a number at its end.
  private static func rule(
    _ title: String, _ count: String, _ line: Character, _ style: Style, _ dim: Style, _ width: Int
  ) -> [Span] {
    let title = TextWidth.truncate(title, to: max(1, width - count.count - 4))
    let fill = max(0, width - TextWidth.columns(of: title) - count.count - 2)
    let text = fill > 0 ? " " + String(repeating: line, count: fill) + " " : " "
    return [Span(title, style), Span(text, dim), Span(count, dim)]
  }
}
