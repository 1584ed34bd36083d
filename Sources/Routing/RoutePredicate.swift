import Content

/// A question about an input that a person can read, such as `words > 40` or `contains "refund"`.
package indirect enum RoutePredicate: Sendable, Hashable {
  /// A figure is larger than a number.
  case over(InputFeatures.Measure, Int)
  /// Words stand next to each other, in lower case with one space between them.
  case contains(String)
  /// The case has a tag.
  case tag(String)
  /// The input looks like this language.
  case language(String)
  /// The input has a member that is not empty.
  case hasField(String)
  /// The member has this value, letter case and space aside.
  case field(String, is: String)
  /// The opposite.
  case not(RoutePredicate)

  /// Whether it holds for an input.
  package func holds(for features: InputFeatures) -> Bool {
    switch self {
    case .over(let measure, let number): features[measure] > number
    case .contains(let phrase): Self.contains(phrase, in: features.words)
    case .tag(let tag): features.input.tags.contains(tag)
    case .language(let language): features.language == language
    case .hasField(let name): features.input.fields.contains { $0.name == name && !$0.text.allSatisfy(\.isWhitespace) }
    case .field(let name, let value): features.labels.contains { $0.name == name && $0.text == value }
    case .not(let other): !other.holds(for: features)
    }
  }

  private static func contains(_ phrase: String, in words: [String]) -> Bool {
    let wanted = phrase.split(separator: " ").map(String.init)
    guard let first = wanted.first, words.count >= wanted.count else { return false }
    if wanted.count == 1 { return words.contains(first) }
    return (0...(words.count - wanted.count)).contains { words[$0] == first && words[$0...].starts(with: wanted) }
  }
}

extension RoutePredicate {
  /// The question as it is written in a variant's file.
  package var text: String {
    switch self {
    case .over(let measure, let number): "\(measure.rawValue) > \(number)"
    case .not(.over(let measure, let number)): "\(measure.rawValue) <= \(number)"
    case .contains(let phrase): "contains \(Self.quoted(phrase))"
    case .tag(let tag): "tag \(Self.quoted(tag))"
    case .language(let language): "language \(Self.quoted(language))"
    case .hasField(let name): "field \(Self.quoted(name))"
    case .field(let name, let value): "field \(Self.quoted(name)) is \(Self.quoted(value))"
    case .not(let other): "not \(other.text)"
    }
  }

  private static func quoted(_ text: String) -> String { JSONValue.string(text).text() }

  /// The longest text that is read as a predicate, in bytes.
  package static let mostBytes = 500

  /// The forms that there are, for error messages.
  package static let forms =
    "words > 40 (or characters, lines, digits; <= for the opposite), contains \"refund\", tag \"billing\", "
    + "language \"de\", field \"attachment\", field \"channel\" is \"email\", and not before any of them"

  /// Reads what ``text`` writes; nil where it is something else.
  package init?(parsing text: String) {
    guard text.utf8.count <= Self.mostBytes else { return nil }
    var rest = text[...].drop(while: \.isWhitespace)
    guard let predicate = Self.predicate(&rest, depth: 0), rest.allSatisfy(\.isWhitespace) else { return nil }
    self = predicate
  }

  private static func predicate(_ rest: inout Substring, depth: Int) -> RoutePredicate? {
    guard depth < 4 else { return nil }
    let word = word(&rest)
    if let measure = InputFeatures.Measure(rawValue: word) {
      let sign = rest.prefix { "<>=".contains($0) }
      rest = rest.dropFirst(sign.count).drop(while: \.isWhitespace)
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count).drop(while: \.isWhitespace)
      guard let number = Int(digits), number <= 1 << 40 else { return nil }
      switch sign {
      case ">": return .over(measure, number)
      case ">=": return number > 0 ? .over(measure, number - 1) : nil
      case "<=": return .not(.over(measure, number))
      case "<": return number > 0 ? .not(.over(measure, number - 1)) : nil
      default: return nil
      }
    }
    switch word {
    case "not": return predicate(&rest, depth: depth + 1).map { $0.negated }
    case "contains":
      guard let value = value(&rest) else { return nil }
      var words: [String] = []
      InputFeatures.words(of: value) { words.append($0) }
      return words.isEmpty ? nil : .contains(words.joined(separator: " "))
    case "tag": return value(&rest).map { .tag($0) }
    case "language": return value(&rest).flatMap { LanguageHint.known.contains($0) ? .language($0) : nil }
    case "field":
      guard let name = value(&rest) else { return nil }
      guard rest.hasPrefix("is") else { return .hasField(name) }
      _ = self.word(&rest)
      return value(&rest).map { .field(name, is: InputFeatures.label($0)) }
    default: return nil
    }
  }

  /// The opposite question.
  package var negated: RoutePredicate { if case .not(let other) = self { other } else { .not(self) } }

  private static func word(_ rest: inout Substring) -> String {
    let word = rest.prefix { $0.isLetter }
    rest = rest.dropFirst(word.count).drop(while: \.isWhitespace)
    return String(word)
  }

  /// A text in double quotes, with JSON's escapes.
  private static func value(_ rest: inout Substring) -> String? {
    guard rest.first == "\"" else { return nil }
    var end = rest.index(after: rest.startIndex)
    while end < rest.endIndex, rest[end] != "\"" {
      if rest[end] == "\\" { end = rest.index(after: end) }
      guard end < rest.endIndex else { return nil }
      end = rest.index(after: end)
    }
    guard end < rest.endIndex else { return nil }
    let text = try? JSONValue(parsing: String(rest[...end])).string
    rest = rest[rest.index(after: end)...].drop(while: \.isWhitespace)
    return text.flatMap { $0.isEmpty ? nil : $0 }
  }
}
