/// Figures and words of an input, which predicates are asked of.
package struct InputFeatures: Sendable, Hashable {
  /// A figure of an input's texts.
  package enum Measure: String, Sendable, Hashable, CaseIterable {
    /// Unicode scalars.
    case characters
    /// Words, as ``InputFeatures/words(of:_:)`` finds them.
    case words
    /// Lines, the last one counted although it has no line break.
    case lines
    /// The digits 0 to 9.
    case digits
  }

  /// How many words are looked at; the words behind them are counted and not read.
  package static let mostWords = 20_000
  /// A field with a longer value is a text and no label.
  package static let longestLabel = 40

  /// What was read.
  package let input: RouteInput
  /// The words of all fields in order, in lower case; at most ``mostWords``.
  package let words: [String]
  /// The language that the words or their script suggest; nil where nothing does.
  package let language: String?
  private let figures: [Int]

  /// Reads an input.
  package init(_ input: RouteInput) {
    self.input = input
    var words: [String] = []
    var count = 0
    var (characters, lines, digits) = (0, 0, 0)
    for field in input.fields {
      count += Self.words(of: field.text) { word in
        if words.count < Self.mostWords { words.append(word) }
      }
      var breaks = 0
      for scalar in field.text.unicodeScalars {
        characters += 1
        if scalar == "\n" { breaks += 1 }
        if scalar.value >= 0x30, scalar.value <= 0x39 { digits += 1 }
      }
      lines += field.text.isEmpty ? 0 : breaks + 1
    }
    self.words = words
    figures = [characters, count, lines, digits]
    language = LanguageHint.language(of: words)
  }

  /// One of the figures.
  package subscript(measure: Measure) -> Int {
    switch measure {
    case .characters: figures[0]
    case .words: figures[1]
    case .lines: figures[2]
    case .digits: figures[3]
    }
  }

  /// The fields whose value is short enough to be a label, with the value in lower case and without space around it.
  package var labels: [RouteInput.Field] {
    input.fields.compactMap { field in
      guard field.text.utf8.count <= Self.longestLabel * 4, field.text.unicodeScalars.count <= Self.longestLabel else {
        return nil
      }
      let value = Self.label(field.text)
      return value.isEmpty ? nil : RouteInput.Field(field.name, value)
    }
  }

  /// A value as labels are compared.
  static func label(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Calls `take` with each word in lower case: a run of letters, digits and marks. A character of a script that is written
  /// without spaces is a word of its own.
  /// - Returns: how many words there are.
  @discardableResult
  static func words(of text: String, _ take: (String) -> Void) -> Int {
    var count = 0
    var word: [UInt8] = []
    func end() {
      guard !word.isEmpty else { return }
      count += 1
      take(String(decoding: word, as: UTF8.self))
      word.removeAll(keepingCapacity: true)
    }
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x30...0x39, 0x61...0x7A: word.append(UInt8(scalar.value))
      case 0x41...0x5A: word.append(UInt8(scalar.value | 0x20))
      case 0...0x7F: end()
      default:
        if LanguageHint.isWrittenWithoutSpaces(scalar) {
          end()
          word += Array(String(scalar).utf8)
          end()
        } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || scalar.properties.generalCategory == .nonspacingMark
        {
          word += Array(scalar.properties.lowercaseMapping.utf8)
        } else {
          end()
        }
      }
    }
    end()
    return count
  }
}
