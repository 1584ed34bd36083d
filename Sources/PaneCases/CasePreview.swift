import Content
import Domain
import Drawing
import WorkbenchCore

/// Documents in one line of a table.
enum CasePreview {
  /// A single text as it is, anything else as its values.
  static func text(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): return oneLine(text)
    case .object(let object):
      let shown = object.values.prefix(6).map { $0.string.map(oneLine) ?? $0.text(.spaced) }
      return shown.joined(separator: " · ")
    default: return value.text(.spaced)
    }
  }

  /// The beginning of a text, its line breaks and tabs as single spaces.
  private static func oneLine(_ text: String) -> String {
    let isPlain = text.utf8.count <= 400 && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    return isPlain ? text : String(text.prefix(400).map { $0.isNewline || $0 == "\t" ? " " : $0 })
  }
}

/// How wide a set's columns want to be, from its first hundred cases; worked out once for each set.
struct CaseWidths: Sendable {
  private var key: CaseFilter.Key?
  private(set) var id = 6
  private(set) var expected = 12
  private(set) var tags = 6

  init() {}

  mutating func update(_ set: EvalSet) {
    let wanted = CaseFilter.Key(set: set.name, hash: set.hash, search: TextSearch(""), tag: nil)
    guard wanted != key else { return }
    key = wanted
    let sample = set.cases.prefix(100)
    id = min(16, sample.map { TextWidth.columns(of: $0.id) }.max() ?? 6)
    expected = min(30, sample.map { $0.expected.map { TextWidth.columns(of: CasePreview.text($0)) } ?? 1 }.max() ?? 8)
    tags = min(16, sample.map { TextWidth.columns(of: $0.tags.joined(separator: " ")) }.max() ?? 6)
  }
}
