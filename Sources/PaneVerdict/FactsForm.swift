import Domain
import Drawing
import WorkbenchCore

/// The facts that only a person knows, to be stated: unknown ones first.
struct FactsForm: Sendable {
  private var form: Form
  private let keys: [String]
  private let before: [String: String]
  /// The lines of assay.yaml that state facts, by key.
  private let lines: [String: Int]

  /// A form for a workspace's facts.
  /// - Parameter key: the fact to begin with; the first unknown one where nil or not there.
  init(_ facts: WorkspaceFacts, at key: String?) {
    let fields =
      FactField.all.filter { $0.value(in: facts) == nil } + FactField.all.filter { $0.value(in: facts) != nil }
    keys = fields.map(\.key)
    lines = facts.lines
    before = Dictionary(uniqueKeysWithValues: fields.map { ($0.key, Self.text(of: $0, facts)) })
    form = Form(
      fields.map { field in
        FormField(
          field.key, field.kind == .flag ? .choice(["unknown", "yes", "no"]) : .text,
          value: Self.text(of: field, facts),
          hint: field.question
        ) { text in
          do { _ = try field.value(of: text) } catch { return String(describing: error) }
          return nil
        }
      }, focus: keys.firstIndex { $0 == key } ?? 0)
  }

  private static func text(of field: FactField, _ facts: WorkspaceFacts) -> String {
    let text = field.text(in: facts)
    return text.isEmpty && field.kind == .flag ? "unknown" : text
  }

  mutating func handle(_ event: Event) -> Bool { form.handle(event) || event.isTyping }

  /// Whether anything was changed.
  var isChanged: Bool { keys.contains { form[$0] != before[$0] } }

  /// What was changed; nil where a value can't be used, which has the focus then.
  mutating func statements() -> [FactStatement]? {
    guard form.problem == nil else {
      form.focusProblem()
      return nil
    }
    return FactField.all.compactMap { field in
      guard form[field.key] != before[field.key] else { return nil }
      return (try? field.value(of: form[field.key])).map { FactStatement(key: field.key, value: $0) }
    }
  }

  func draw(over rect: Rect, on surface: inout Surface, theme: Theme) {
    let unknown = keys.count { (before[$0] ?? "").isEmpty || before[$0] == "unknown" }
    let inner = surface.popup(
      Size(width: 104, height: keys.count + 3), title: "Facts · \(unknown) of \(keys.count) unknown", over: rect,
      theme: theme)
    let parts = inner.rows([.rest, .fixed(1)])
    form.draw(in: parts[0], focused: true, valueColumns: 14, on: &surface, theme: theme)
    let key = keys.indices.contains(form.focus) ? keys[form.focus] : ""
    let place = lines[key].map { "stated in assay.yaml:\($0)" } ?? "not stated yet"
    surface.write([Span("\(key): \(place)", theme[.textDim])], in: parts[1])
  }
}
