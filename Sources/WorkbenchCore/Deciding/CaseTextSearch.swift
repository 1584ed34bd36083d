import Content
import Domain

/// Finds eval cases in texts, letter case and spacing aside: in the sections of a prompt, or in what training rows ask.
///
/// A case is found by the longest text of its input: anywhere between words where that is long enough, else where it is a
/// line of its own, or the rest of one behind a colon (`Q: hi`).
struct CaseTextSearch {
  /// A shorter text of a case may stand anywhere in a prompt by accident, in bytes.
  static let shortestInPrompt = 12
  /// A shorter text of a case may be a sentence of another request, in bytes: people ask in the same words.
  static let shortestInRow = 40
  /// A shorter text is not even looked for as a line.
  private static let shortestLine = 3

  private let shortestText: Int
  private var text: [UInt8] = []
  /// Where words begin, by their first eight bytes.
  private var starts: [UInt64: [Int]] = [:]
  private var lines: Set<[UInt8]> = []

  /// A search in texts.
  /// - Parameter shortestText: The least bytes of a case's text that is found within a line.
  init(_ texts: some Sequence<String>, shortestText: Int = shortestInPrompt) {
    self.shortestText = shortestText
    for one in texts {
      for line in one.split(whereSeparator: \.isNewline) {
        lines.insert(Self.normal(line))
        if let colon = line.firstIndex(of: ":") { lines.insert(Self.normal(line[line.index(after: colon)...])) }
      }
      // A byte that no text has keeps the end of one from running into the next.
      text += Self.normal(one) + [0]
    }
    for place in text.indices where Self.isWord(text[place]) && (place == 0 || !Self.isWord(text[place - 1])) {
      starts[key(at: place), default: []].append(place)
    }
  }

  /// A search in what a version sends, before its slots are filled.
  init(_ version: PromptVersion) { self.init(version.parts.map(\.body)) }

  /// The ids of the cases whose longest text is found.
  func cases(of set: EvalSet) -> [String] {
    set.cases.compactMap { evalCase in
      let texts = evalCase.input.object?.values.compactMap(\.string) ?? []
      guard let longest = texts.max(by: { $0.utf8.count < $1.utf8.count }) else { return nil }
      return holds(Self.normal(longest[...])) ? evalCase.id : nil
    }
  }

  private func holds(_ wanted: [UInt8]) -> Bool {
    if wanted.count >= Self.shortestLine, lines.contains(wanted) { return true }
    let wanted = Array(wanted.drop { !Self.isWord($0) })
    guard wanted.count >= shortestText, let places = starts[Self.key(wanted[...])] else { return false }
    return places.contains { place in
      let end = place + wanted.count
      guard end <= text.count, text[place..<end].elementsEqual(wanted) else { return false }
      return end == text.count || !Self.isWord(text[end]) || !Self.isWord(text[end - 1])
    }
  }

  private func key(at place: Int) -> UInt64 { Self.key(text[place..<min(text.count, place + 8)]) }

  private static func key(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

  private static func normal(_ text: some StringProtocol) -> [UInt8] {
    Array(text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ").utf8)
  }

  /// Whether a byte is part of a word: an ASCII letter or digit, or of a character beyond ASCII.
  private static func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}

extension TrainingSplit {
  /// The most text, in bytes, in which cases are looked for word by word; in more, only whole messages are compared.
  private static let mostText = 32 << 20

  /// The cases of a set that training rows ask, as a whole message or within one.
  static func leakedCases(of rows: [TrainingRow], in set: EvalSet) -> Set<String> {
    let whole = Set(leaks(of: rows, in: [set]).cases)
    let asked = rows.flatMap { $0.messages.filter { $0.role != .assistant }.map(\.content) }
    guard asked.reduce(0, { $0 + $1.utf8.count }) <= mostText else { return whole }
    // What all rows have around their inputs is a template.
    let texts = Set(asked)
    let inputs = texts.count > 1 ? Self.withoutCommonEnds(Array(texts)) : []
    return whole.union(
      CaseTextSearch(texts.union(inputs), shortestText: CaseTextSearch.shortestInRow).cases(of: set))
  }

  /// Texts without what all of them begin and end with.
  private static func withoutCommonEnds(_ texts: [String]) -> [String] {
    let all = texts.map { Array($0) }
    guard let first = all.first else { return [] }
    let shortest = all.reduce(first.count) { min($0, $1.count) }
    let start = (0..<shortest).first { place in all.contains { $0[place] != first[place] } } ?? shortest
    let rest = shortest - start
    let end = (0..<rest).first { place in all.contains { $0[$0.count - 1 - place] != first[first.count - 1 - place] } }
    return all.map { String($0[start..<$0.count - (end ?? rest)]) }
  }
}
