/// Finds the choice that an answer makes among labels such as A, B, C and D.
///
/// In this order, and each time the last one counts: the whole answer is a label; a label stands behind words such as
/// "the answer is"; a label stands in round brackets or `\boxed{}`, or emphasised; one label alone begins a line with a
/// bracket or period behind it; one label alone occurs anywhere as a word, "A" and "I" as words of a sentence left out.
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
    whole() ?? announced() ?? framed() ?? lone { beginsLine($0) } ?? lone { !isSentenceWord($0) } ?? .none
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
    let next = lower[mark..<min(text.count, mark + 12)].split { !$0.properties.isAlphabetic }.first.map { Array($0) }
    return next.map {
      ["not", "nicht", "pas", "non", "no", "não", "neither"].map { Array($0.unicodeScalars) }.contains($0)
    } ?? false
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
    let meant = places.filter { counts($0.range) }.map(\.label)
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
