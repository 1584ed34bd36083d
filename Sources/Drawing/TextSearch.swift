/// What a person searches for: text found anywhere, whatever its case.
package struct TextSearch: Hashable, Sendable {
  /// What was typed.
  package let query: String

  private let needle: [UInt8]  // in lower case
  private let isASCII: Bool
  private let hasCase: Bool

  /// Makes a search; one for nothing finds every text and marks none.
  package init(_ query: String) {
    self.query = query
    needle = Array(query.lowercased().utf8)
    isASCII = needle.allSatisfy { $0 < 0x80 }
    hasCase = query.contains { $0.isCased }
  }

  /// True if there is nothing to search for.
  package var isEmpty: Bool { needle.isEmpty }

  /// Whether `text` has it; made for many texts.
  package func matches(_ text: String) -> Bool {
    if isEmpty { return true }
    if isASCII || !hasCase { return find(in: text) }
    // Only text beyond ASCII can have it, and only then is folding more than bytes worth its time.
    return text.utf8.contains { $0 >= 0x80 } && find(in: text.lowercased())
  }

  /// The same pieces, those that were found with `style` laid over them.
  package func mark(_ spans: [Span], style: Style) -> [Span] {
    if isEmpty { return spans }
    let characters = spans.flatMap { span in span.text.map { (character: $0, style: span.style) } }
    let found = ranges(in: characters.map(\.character))
    if found.isEmpty { return spans }
    var styles = characters.map(\.style)
    for range in found { for index in range { styles[index] = style.over(styles[index]) } }
    var result: [Span] = []
    for (index, item) in characters.enumerated() {
      if index > 0, styles[index] == styles[index - 1] {
        result[result.count - 1].text.append(item.character)
      } else {
        result.append(Span(String(item.character), styles[index]))
      }
    }
    return result
  }

  /// Where it stands in a text, given as its characters; hits don't overlap.
  package func ranges(in text: [Character]) -> [Range<Int>] {
    let wanted = Array(query.lowercased())
    guard !wanted.isEmpty, text.count >= wanted.count else { return [] }
    let folded = text.map(Self.folded)
    var result: [Range<Int>] = []
    var start = 0
    while start + wanted.count <= folded.count {
      if folded[start] == wanted[0], folded[start..<(start + wanted.count)].elementsEqual(wanted) {
        result.append(start..<(start + wanted.count))
        start += wanted.count
      } else {
        start += 1
      }
    }
    return result
  }

  private static func folded(_ character: Character) -> Character {
    guard character.isUppercase else { return character }
    let lower = character.lowercased()
    return lower.count == 1 ? lower.first ?? character : character
  }

  private func find(in text: String) -> Bool {
    let found = text.utf8.withContiguousStorageIfAvailable { find($0) }
    return found ?? Array(text.utf8).withUnsafeBufferPointer { find($0) }
  }

  private func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count >= needle.count, let first = needle.first else { return false }
    func fold(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
    return needle.withUnsafeBufferPointer { needle in
      var start = 0
      let last = bytes.count - needle.count
      while start <= last {
        if fold(bytes[start]) == first {
          var length = 1
          while length < needle.count, fold(bytes[start + length]) == needle[length] { length += 1 }
          if length == needle.count { return true }
        }
        start += 1
      }
      return false
    }
  }
}
