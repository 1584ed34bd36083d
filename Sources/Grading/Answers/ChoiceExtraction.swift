/// Finds the choice that an answer makes among labels such as A, B, C and D.
///
/// In this order, and each time the last one counts: the whole answer is a label; a label stands behind words such as
/// "the answer is"; a label stands right behind a word such as "therefore" or "choose"; a label stands in brackets, or
/// emphasised; one label alone begins a line with a bracket or period behind it; one label alone occurs anywhere as a
/// word, "A" and "I" as words of a sentence, and what stands behind "not", left out.
struct ChoiceExtraction {
  /// What was found.
  enum Result: Sendable, Hashable {
    case label(String)
    /// Several are named, and nothing says which is meant.
    case several([String])
    case none
  }

  private let labels: [(label: String, scalars: [Unicode.Scalar])]
  private let text: [Unicode.Scalar]
  private let lower: [Unicode.Scalar]
  /// Where each label stands as a word, in order.
  private var places: [(label: Int, range: Range<Int>)] = []

  /// Takes an answer apart. Takes time in proportion to its length times the number of labels.
  init(_ answer: String, labels: [String]) {
    self.labels = labels.map { ($0, Array($0.unicodeScalars)) }.sorted { $0.1.count > $1.1.count }
    text = Array(answer.trimmed.unicodeScalars)
    lower = AnswerMark.lowercased(text)
    var byFirst: [Unicode.Scalar: [Int]] = [:]
    for (place, label) in self.labels.enumerated() {
      label.scalars.first.map { byFirst[$0, default: []].append(place) }
    }
    var index = 0
    while index < text.count {
      let found = byFirst[text[index]]?.first { place in
        let label = self.labels[place].scalars
        return AnswerMark.stands(label, at: index, in: text) && AnswerMark.isWord(index, label.count, in: text)
      }
      if let found {
        let end = index + self.labels[found].scalars.count
        // Not "C++" or "B'".
        if end == text.count || !"+#'’&".unicodeScalars.contains(text[end]) { places.append((found, index..<end)) }
        index = end
      } else {
        index += 1
      }
    }
  }

  /// The choice.
  func result() -> Result {
    whole() ?? announced() ?? concluded() ?? framed() ?? lone { beginsLine($0) } ?? lone { !isSentenceWord($0) }
      ?? .none
  }

  private func whole() -> Result? {
    let frame = Set(" \n\t()[]{}*_`.:\"'".unicodeScalars)
    let kept = text.filter { !frame.contains($0) }
    // An answer in lower case is no less clear when it is all that there is.
    let match =
      labels.first { $0.scalars == kept }
      ?? labels.first { AnswerMark.lowercased($0.scalars) == AnswerMark.lowercased(kept) }
    return match.map { .label($0.label) }
  }

  private func announced() -> Result? {
    let marks = AnswerMark.places(in: lower).filter { !isNegated(behind: $0) }
    for mark in marks.suffix(50).reversed() {
      let end = text[mark...].firstIndex { $0 == "\n" } ?? text.count
      if let small = smallLabel(behind: mark) { return .label(small) }
      let behind = places.filter { $0.range.lowerBound >= mark && $0.range.upperBound <= end }
      guard let first = behind.first, isEmptyStretch(mark..<first.range.lowerBound) else { continue }
      // "A or B" names two.
      if behind.count > 1, isAlternative(first.range.upperBound..<behind[1].range.lowerBound) {
        return .several(behind.prefix(2).map { labels[$0.label].label })
      }
      return .label(labels[first.label].label)
    }
    return nil
  }

  /// A label in lower case right behind an announcement; not an article, as in "is a dog".
  private func smallLabel(behind mark: Int) -> String? {
    let start = text[mark...].firstIndex { !" *_([\"'".unicodeScalars.contains($0) } ?? text.count
    guard start < text.count, text[start] == lower[start] else { return nil }
    return labels.first { label in
      let scalars = AnswerMark.lowercased(label.scalars)
      let end = start + scalars.count
      guard AnswerMark.stands(scalars, at: start, in: lower), AnswerMark.isWord(start, scalars.count, in: lower) else {
        return false
      }
      return scalars.count > 1 || end + 1 >= text.count || !text[end].isSpace || !text[end + 1].properties.isAlphabetic
    }?.label
  }

  private static let conclusions = [
    "therefore", "thus", "hence", "choose", "choosing", "pick", "select", "selecting", "选择", "选", "選", "wähle",
  ].map { Array($0.unicodeScalars) }

  /// The last label right behind a word that draws a conclusion.
  private func concluded() -> Result? {
    let concluding = places.filter { place in
      let word = self.word(before: place.range.lowerBound)
      guard Self.conclusions.contains(where: { $0 == Array(lower[word]) }) else { return false }
      return !isNegation(self.word(before: word.lowerBound))
    }
    return concluding.last.map { .label(labels[$0.label].label) }
  }

  /// The word before a place, with nothing but a space, a comma, a colon or a bracket between.
  private func word(before place: Int) -> Range<Int> {
    var end = place
    while end > 0, place - end < 3, " ,:(".unicodeScalars.contains(text[end - 1]) { end -= 1 }
    var start = end
    while start > 0, end - start < 16,
      text[start - 1].properties.isAlphabetic || "'’".unicodeScalars.contains(text[start - 1])
    {
      start -= 1
    }
    return start..<end
  }

  private func isNegation(_ word: Range<Int>) -> Bool {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: lower[word])
    let text = String(view)
    return text.hasSuffix("n't") || text.hasSuffix("n’t") || Self.negations.contains(text)
  }

  private static let negations: Set<String> = ["not", "nicht", "pas", "non", "no", "não", "neither", "nor", "never"]

  /// Whether nothing but signs and words such as "option" stand there.
  private func isEmptyStretch(_ range: Range<Int>) -> Bool {
    let words = lower[range].split { !$0.properties.isAlphabetic }
    let fillers: Set<String> = [
      "option", "choice", "letter", "answer", "option", "the", "definitely", "clearly", "therefore", "boxed", "text",
      "mathrm", "textbf", "antwort", "buchstabe", "la", "le", "el", "opción", "lettre", "lettera", "letra", "is",
    ]
    return range.count <= 60
      && words.allSatisfy { word in
        var view = String.UnicodeScalarView()
        view.append(contentsOf: word)
        return fillers.contains(String(view))
      }
  }

  private func isAlternative(_ range: Range<Int>) -> Bool {
    guard range.count <= 12 else { return false }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: lower[range])
    let words = String(view).filter { !"()[]*_` ".contains($0) }
    return Self.conjunctions.contains(words) || ["/", ",", "&"].contains(words)
  }

  private func isNegated(behind mark: Int) -> Bool {
    let start = text[mark...].firstIndex { $0.properties.isAlphabetic } ?? text.count
    guard start <= mark + 4 else { return false }
    let end = text[start...].firstIndex { !$0.properties.isAlphabetic } ?? text.count
    return end - start < 16 && isNegation(start..<end)
  }

  private func framed() -> Result? {
    let framed = places.filter { place in
      let (start, end) = (place.range.lowerBound, place.range.upperBound)
      guard start > 0, end < text.count else { return false }
      return [("(", ")"), ("{", "}"), ("*", "*"), ("[", "]")].contains { $0.0 == text[start - 1] && $0.1 == text[end] }
    }
    return framed.last.map { .label(labels[$0.label].label) }
  }

  private func lone(_ counts: (Range<Int>) -> Bool) -> Result? {
    let meant = places.filter { counts($0.range) && !isNegation(word(before: $0.range.lowerBound)) }.map(\.label)
    let distinct = meant.reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
    guard let first = distinct.first else { return nil }
    return distinct.count == 1 ? .label(labels[first].label) : .several(distinct.map { labels[$0].label })
  }

  private func beginsLine(_ range: Range<Int>) -> Bool {
    guard range.lowerBound == 0 || text[range.lowerBound - 1] == "\n" else { return false }
    return range.upperBound < text.count && ").:".unicodeScalars.contains(text[range.upperBound])
  }

  /// "A dog", "I think".
  private func isSentenceWord(_ range: Range<Int>) -> Bool {
    guard range.count == 1, "AIOYEU".unicodeScalars.contains(text[range.lowerBound]) else { return false }
    let end = range.upperBound
    guard end + 1 < text.count, text[end].isSpace, text[end + 1].properties.isAlphabetic else { return false }
    let next = lower[(end + 1)..<min(lower.count, end + 8)].prefix { $0.properties.isAlphabetic }
    return !Self.conjunctions.contains { Array($0.unicodeScalars) == Array(next) }
  }

  private static let conjunctions: Set<String> = ["or", "and", "oder", "und", "ou", "et", "o", "y", "e"]
}
