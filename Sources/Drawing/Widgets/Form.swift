/// One thing that a form asks for.
package struct FormField: Sendable {
  /// The kind of value.
  package enum Kind: Sendable, Hashable {
    /// Whatever is typed.
    case text
    /// One of these.
    case choice([String])
  }

  /// The label.
  package var label: String
  /// The kind of value.
  package var kind: Kind
  /// The text typed or the choice made.
  package var value: String
  /// What it means, in a few words.
  package var hint: String
  /// Whether another field makes it count for nothing.
  package var isIdle = false
  /// What is wrong with a value, as a sentence; nil when it can be used.
  package var check: @Sendable (String) -> String?

  /// A field that is called `label`.
  package init(
    _ label: String, _ kind: Kind = .text, value: String, hint: String,
    check: @escaping @Sendable (String) -> String? = { _ in nil }
  ) {
    self.label = label
    self.kind = kind
    self.value = value
    self.hint = hint
    self.check = check
  }

  /// What is wrong with its value.
  package var problem: String? { check(value) }
}

/// Fields one below the other: arrows move between them, typing changes the one that has the focus.
package struct Form: Sendable {
  /// From the top.
  package private(set) var fields: [FormField]
  /// The place of the field that is typed into.
  package private(set) var focus: Int
  private var editor = LineField()

  /// A form with the focus on one of its fields.
  package init(_ fields: [FormField], focus: Int = 0) {
    self.fields = fields
    self.focus = focus
    load()
  }

  /// The value of the field that is called so; empty where there is none.
  package subscript(label: String) -> String {
    get { fields.first { $0.label == label }?.value ?? "" }
    set {
      guard let index = fields.firstIndex(where: { $0.label == label }) else { return }
      fields[index].value = newValue
      if index == focus { load() }
    }
  }

  /// Says of a field what it means now, and whether it counts.
  package mutating func describe(_ label: String, hint: String, isIdle: Bool = false) {
    guard let index = fields.firstIndex(where: { $0.label == label }) else { return }
    fields[index].hint = hint
    fields[index].isIdle = isIdle
  }

  /// The first thing that is wrong.
  package var problem: String? { fields.lazy.compactMap(\.problem).first }

  /// Puts the focus on the first field with something wrong.
  package mutating func focusProblem() {
    if let index = fields.firstIndex(where: { $0.problem != nil }) { move(to: index) }
  }

  /// Puts the focus on the field at this place, or the nearest.
  package mutating func move(to index: Int) {
    focus = min(max(0, index), fields.count - 1)
    load()
  }

  private mutating func load() {
    guard fields.indices.contains(focus) else { return }
    editor = LineField()
    editor.setText(fields[focus].value)
  }

  /// Moves, types or changes a choice; Enter and Escape are left to the form's owner.
  package mutating func handle(_ event: Event) -> Bool {
    guard fields.indices.contains(focus) else { return false }
    switch event {
    case .key(.enter), .key(.escape), .key(.control("s")): return false
    case .key(.up), .key(.backTab): move(to: focus == 0 ? fields.count - 1 : focus - 1)
    case .key(.down), .key(.tab): move(to: focus == fields.count - 1 ? 0 : focus + 1)
    default: return change(event)
    }
    return true
  }

  private mutating func change(_ event: Event) -> Bool {
    if case .choice(let choices) = fields[focus].kind {
      let present = choices.firstIndex(of: fields[focus].value) ?? 0
      switch event {
      case .key(.left), .key("h"):
        fields[focus].value = choices[(present + choices.count - 1) % choices.count]
      case .key(.right), .key(.space), .key("l"): fields[focus].value = choices[(present + 1) % choices.count]
      default: return event.isTyping
      }
      return true
    }
    if event == .key(.backspace), editor.text.isEmpty { return true }
    let outcome = editor.handle(event)
    fields[focus].value = editor.text
    return outcome != .ignored
  }

  /// Draws as many fields as there is space for, the one with the focus among them.
  /// - Parameter valueColumns: The columns of the values, where they are known to be short.
  package func draw(
    in rect: Rect, focused: Bool, valueColumns: Int? = nil, on surface: inout Surface, theme: Theme
  ) {
    let labelWidth = min((fields.map { TextWidth.columns(of: $0.label) }.max() ?? 0) + 4, rect.width / 2)
    let valueWidth =
      rect.width >= 60
      ? min(valueColumns ?? min(30, rect.width / 3), rect.width - labelWidth) : rect.width - labelWidth
    let first = max(0, min(focus - rect.height + 1, fields.count - rect.height))
    Scrollbar(total: fields.count, visible: rect.height, offset: first).draw(
      in: Rect(x: rect.maxX - 1, y: rect.y, width: 1, height: rect.height), on: &surface, theme: theme)
    for (offset, index) in (first..<fields.count).prefix(rect.height).enumerated() {
      let field = fields[index]
      let hasFocus = focused && index == focus
      let place = rect.row(offset)
      let bar = fields.count > rect.height ? min(2, place.width) : 0
      let row = Rect(x: place.x, y: place.y, width: place.width - bar, height: place.height)
      let parts = row.columns([.fixed(labelWidth), .fixed(valueWidth), .rest], gap: 0)
      let mark = field.problem == nil ? "  " : "✗ "
      surface.write(
        [
          Span(mark, theme[.error]),
          Span(field.label, theme[hasFocus ? .textStrong : field.isIdle ? .textDim : .overlay]),
        ], in: parts[0])
      drawValue(field, hasFocus: hasFocus, in: parts[1], on: &surface, theme: theme)
      let note = field.problem.map { Span("  " + $0, theme[.error]) } ?? Span("  " + field.hint, theme[.textDim])
      surface.write([note], in: parts[2])
    }
  }

  private func drawValue(
    _ field: FormField, hasFocus: Bool, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    switch field.kind {
    case .text where hasFocus: editor.draw(in: rect, focused: true, on: &surface, theme: theme)
    case .text: surface.write([Span(field.value, theme[field.isIdle ? .textDim : .input])], in: rect)
    case .choice:
      let spans =
        hasFocus
        ? [Span("‹ ", theme[.key]), Span(field.value, theme[.selection]), Span(" ›", theme[.key])]
        : [Span(field.value, theme[.input])]
      surface.write(spans, in: rect)
    }
  }
}
