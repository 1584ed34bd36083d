import Content

/// The items of a list that an answer is, in JSON or in words.
///
/// If the answer has a JSON list, or a JSON object whose only member is a list, those are its elements. Otherwise they
/// are its lines without bullets and numbers (only the lines that have one, where some do), or what commas and semicolons
/// separate where there is one line.
struct AnswerItems {
  /// The most items that are compared.
  static let most = 10_000

  /// The items.
  let items: [JSONValue]

  /// Takes an answer apart in linear time.
  /// - Throws: ``Unscorable`` when it nests too deep or has too many items.
  init(_ answer: GradedAnswer) throws(Unscorable) {
    let found = try answer.json(extracts: true, kinds: ["array"])
    if case .success(let json) = found, let list = Self.list(json.value) {
      items = list
    } else {
      items = Self.items(in: answer.text)
    }
    guard items.count <= Self.most else { throw Unscorable("the answer has more than \(Self.most) items") }
  }

  private static func list(_ value: JSONValue) -> [JSONValue]? {
    if let list = value.array { return list }
    guard let object = value.object, object.count == 1 else { return nil }
    return object.values.first?.array
  }

  static func items(in text: String) -> [JSONValue] {
    let lines = text.split(whereSeparator: \.isNewline).map(\.trimmed).filter { !$0.isEmpty && !$0.hasPrefix("```") }
    let marked = lines.compactMap(bulleted)
    let texts: [Substring]
    if !marked.isEmpty {
      texts = marked
    } else if lines.count > 1 {
      texts = lines
    } else {
      texts = lines.flatMap { $0.split { ",;，；、".contains($0) } }
    }
    return texts.map { withoutFrame($0) }.filter { !$0.isEmpty }.map { .string(String($0)) }
  }

  /// A line without the bullet or number in front of it; nil where it has none.
  private static func bulleted(_ line: Substring) -> Substring? {
    if let bullet = line.unicodeScalars.first, "-*•–·+".unicodeScalars.contains(bullet) {
      let rest = line[line.unicodeScalars.index(after: line.startIndex)...]
      return rest.unicodeScalars.first?.isSpace == true ? rest.trimmed : nil
    }
    let digits = line.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard !digits.isEmpty, digits.count <= 4, digits.endIndex < line.endIndex else { return nil }
    guard [UInt8(ascii: "."), UInt8(ascii: ")")].contains(line.utf8[digits.endIndex]) else { return nil }
    let rest = line[line.utf8.index(after: digits.endIndex)...]
    return rest.unicodeScalars.first?.isSpace == true ? rest.trimmed : nil
  }

  /// An item without a period at its end, and without quotes or emphasis around it.
  private static func withoutFrame(_ item: Substring) -> Substring {
    var item = item.trimmed
    if item.hasSuffix("."), !item.dropLast().contains(".") { item = item.dropLast() }
    for (open, close) in [("**", "**"), ("\"", "\""), ("“", "”"), ("`", "`"), ("'", "'"), ("„", "“"), ("«", "»")]
    where item.count > open.count + close.count && item.hasPrefix(open) && item.hasSuffix(close) {
      item = item.dropFirst(open.count).dropLast(close.count).trimmed
    }
    return item
  }
}

/// An item in the form in which items are compared.
enum ItemKey: Hashable {
  /// A text, a number or a truth value.
  case text(ComparableText)
  /// A list, an object or null.
  case value(JSONValue)

  init(_ item: JSONValue, ignoresCase: Bool) {
    switch item {
    case .string(let text): self = .text(ComparableText(String(text.trimmed), ignoresCase: ignoresCase))
    case .number, .bool: self = .text(ComparableText(item.canonical.plainText))
    case .null, .array, .object: self = .value(item.canonical)
    }
  }
}

extension GraderReference {
  /// The items to find: those of a list, or a single one.
  /// - Throws: ``Unscorable`` when the case does not have them.
  func items(in graded: GradedCase) throws(Unscorable) -> [JSONValue] {
    let value = try value(in: graded)
    guard !value.isNull else { throw Unscorable("\(label) is null, where a list is needed") }
    guard value.object == nil else { throw Unscorable("\(label) is an object, where a list is needed") }
    let items = value.array ?? [value]
    guard items.count <= AnswerItems.most else { throw Unscorable("\(label) has more than \(AnswerItems.most) items") }
    return items
  }
}
