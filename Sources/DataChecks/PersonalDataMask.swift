import Content

/// Finds personal data and secrets in JSON values, and puts words in their place.
package struct PersonalDataMask: Sendable {
  /// How often each kind was found, in words.
  package private(set) var counts: [String: Int] = [:]
  /// Found in the value that was looked at last: each with its beginning and length, never whole; at most three.
  package private(set) var examples: [String] = []
  private let replaces: Bool

  /// A mask; without replacing it only counts.
  package init(replaces: Bool) { self.replaces = replaces }

  /// What stands for a match of a kind.
  private static func word(_ kind: PersonalData.Kind) -> String {
    switch kind {
    case .email: "[email]"
    case .phone: "[phone]"
    case .iban: "[iban]"
    case .card: "[card]"
    case .address: "[ip-address]"
    case .socialSecurity: "[ssn]"
    case .secret: "[secret]"
    }
  }

  /// The value with its texts masked, and how many places were found in it. Keys of objects stay.
  package mutating func mask(_ value: JSONValue) -> (value: JSONValue, found: Int) {
    examples = []
    var found = 0
    let masked = mask(value, &found)
    return (masked, found)
  }

  private mutating func mask(_ value: JSONValue, _ found: inout Int) -> JSONValue {
    switch value {
    case .null, .bool: return value
    case .number(let number):
      // A card's or account's number may be written as one.
      guard number.text.utf8.count >= 9 else { return value }
      let text = mask(number.text, &found)
      return text == number.text ? value : .string(text)
    case .string(let text): return .string(mask(text, &found))
    case .array(let values): return .array(values.map { mask($0, &found) })
    case .object(let object):
      var masked = JSONObject()
      for (key, value) in object { masked[key] = mask(value, &found) }
      return .object(masked)
    }
  }

  /// A text with what was found replaced.
  package mutating func mask(_ text: String, _ found: inout Int) -> String {
    let matches = PersonalData.matches(in: text)
    guard !matches.isEmpty else { return text }
    for match in matches {
      found += 1
      counts[match.kind.rawValue, default: 0] += 1
      if examples.count < 3 { examples.append("\(match.kind.rawValue): \(match.masked)") }
    }
    guard replaces else { return text }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var place = 0
    for match in matches where match.range.lowerBound >= place && match.range.upperBound <= bytes.count {
      result += bytes[place..<match.range.lowerBound]
      result += Array(Self.word(match.kind).utf8)
      place = match.range.upperBound
    }
    result += bytes[place...]
    return String(decoding: result, as: UTF8.self)
  }

  /// What was found, as in "e-mail addresses: 2, phone numbers: 1"; nil where nothing was.
  package var summary: String? {
    let parts = PersonalData.Kind.allCases.compactMap { kind in counts[kind.rawValue].map { "\(kind.rawValue): \($0)" }
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

/// Texts that say almost the same: they share 80 % of their pieces.
package enum NearCopies {
  /// Places of the texts of each group of two or more, each group in order.
  package static func groups(of texts: [String]) -> [[Int]] {
    let rows = texts.enumerated().map { DataRow(line: $0.offset, prompt: $0.element, answer: "") }
    let worked = DataTexts(DataToCheck(rows: rows, cases: [], maxTokens: .max))
    return NearDuplicates(worked, among: Array(rows.indices), comparesAnswers: false).clusters.map { $0.sorted() }
  }
}
