import Content
import Grading

/// What form an answer has, so that answers of the same form can be counted.
struct AnswerForm: Hashable {
  /// The kinds that are told apart.
  enum Kind: Hashable {
    case json, fencedJSON, embeddedJSON, lines, label, prose, code, blank
  }
  var kind: Kind
  /// The names and kinds of an object's members, or the names of `name: value` lines.
  var shape: String
  /// White space before or after.
  var isPadded: Bool

  /// The form in words.
  var title: String {
    let what =
      switch kind {
      case .json: "JSON " + shape
      case .fencedJSON: "JSON in a code fence " + shape
      case .embeddedJSON: "JSON with text around it " + shape
      case .lines: "lines " + shape
      case .label: "a label"
      case .prose: "prose"
      case .code: "text with a code fence"
      case .blank: "nothing"
      }
    return isPadded ? what + ", white space around it" : what
  }

  /// Whether a program is to read it.
  var isForPrograms: Bool { kind == .json || kind == .label || kind == .lines }

  /// An answer's form, and its JSON where it has any.
  /// - Parameter labels: answers that count as labels.
  static func of(_ answer: String, labels: Set<String>) -> (form: AnswerForm, json: JSONValue?) {
    let isPadded = answer.first?.isWhitespace == true || answer.last?.isWhitespace == true
    func form(_ kind: Kind, _ shape: String = "") -> AnswerForm {
      AnswerForm(kind: kind, shape: shape, isPadded: isPadded)
    }
    if answer.allSatisfy(\.isWhitespace) { return (AnswerForm(kind: .blank, shape: "", isPadded: false), nil) }
    if let found = JSONAnswer(in: AnswerText(answer).text), found.value.object != nil || found.value.array != nil {
      let kind: Kind = found.place == .whole ? .json : found.place == .fence ? .fencedJSON : .embeddedJSON
      return (form(kind, Self.shape(of: found.value)), found.value)
    }
    if labels.contains(Self.trimmed(answer)) { return (form(.label), nil) }
    if answer.contains("```") { return (form(.code), nil) }
    if let names = Self.lineNames(answer) { return (form(.lines, names.joined(separator: ", ")), nil) }
    return (form(.prose), nil)
  }

  private static func shape(of value: JSONValue) -> String {
    guard let object = value.object else { return "list" }
    let members = object.map { "\($0.key.prefix(24)): \($0.value.isNull ? "any" : $0.value.kind)" }.sorted()
    return "{" + members.prefix(8).joined(separator: ", ") + (members.count > 8 ? ", …" : "") + "}"
  }

  /// The names of an answer that is `name: value` lines only; two at least.
  private static func lineNames(_ answer: String) -> [String]? {
    guard answer.utf8.count < 2000 else { return nil }
    let lines = answer.split(separator: "\n")
    guard lines.count > 1, lines.count <= 20 else { return nil }
    let names = lines.compactMap { line -> String? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let name = line[..<colon]
      return name.isEmpty || name.count > 24 || name.contains(" ") ? nil : String(name)
    }
    return names.count == lines.count ? names : nil
  }

  static func trimmed(_ text: String) -> String {
    guard text.first?.isWhitespace == true || text.last?.isWhitespace == true else { return text }
    let start = text.drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace }
    return end.map { String(start[...$0]) } ?? ""
  }
}

/// The forms of the task's answers, and their values by field.
struct AnswerForms {
  /// A form for each of the task's own rows.
  private(set) var forms: [AnswerForm] = []
  /// The values of each field in the order of the rows; the field of plain answers is "".
  private(set) var values: [String: [(place: Int, value: String)]] = [:]

  /// A value that is longer is no label.
  static let longestLabel = 60

  init(_ texts: DataTexts) {
    var plain: [String: Int] = [:]
    for place in texts.own {
      let answer = texts.rows[place].row.answer
      if answer.utf8.count <= 2 * Self.longestLabel, !answer.utf8.contains(0x0A) {
        plain[AnswerForm.trimmed(answer), default: 0] += 1
      }
    }
    // Where answers have many forms, a frequent short one is a label all the same.
    let isLabelled = Self.areLabels(distinct: plain.count, of: texts.own.count)
    let labels = Set(plain.filter { isLabelled || $0.value > 2 && $0.value * 20 >= texts.own.count }.keys)
    var known: [String: (form: AnswerForm, json: JSONValue?)] = [:]
    for place in texts.own {
      let answer = texts.rows[place].row.answer
      let found = known[answer] ?? AnswerForm.of(answer, labels: labels)
      if known.count < 100_000 { known[answer] = found }
      forms.append(found.form)
      if let json = found.json {
        for (field, value) in Self.fields(of: json) { values[field, default: []].append((place, value)) }
      } else if found.form.kind == .label {
        values["", default: []].append((place, AnswerForm.trimmed(answer)))
      }
    }
  }

  /// Whether so few different values can be labels: at most 20, each of them in five rows on average.
  static func areLabels(distinct: Int, of count: Int) -> Bool {
    distinct > 0 && distinct <= 20 && count >= 5 * distinct
  }

  /// The members of an object that can be labels: short texts, truth values, whole numbers.
  static func fields(of json: JSONValue) -> [(field: String, value: String)] {
    (json.object ?? JSONObject()).compactMap { member in
      switch member.value {
      case .string(let text) where text.utf8.count <= longestLabel: (member.key, text)
      case .bool(let value): (member.key, value ? "true" : "false")
      case .number(let number): number.int.map { (member.key, "\($0)") }
      default: nil
      }
    }
  }
}
