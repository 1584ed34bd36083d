/// Looks for labels that stand in a text as whole words.
///
/// Where one label is part of another, the longer one counts: in "very positive" there is no "positive".
struct LabelSearch {
  private let labels: [(label: String, scalars: [Unicode.Scalar])]
  private let ignoresCase: Bool

  init(_ labels: [String], ignoresCase: Bool) {
    self.ignoresCase = ignoresCase
    self.labels = labels.map { label in
      (label, Array(ComparableText(String(label.trimmed), ignoresCase: ignoresCase).text.unicodeScalars))
    }.filter { !$0.1.isEmpty }
      .sorted { $0.1.count > $1.1.count }
  }

  /// The labels that occur, longer ones first. Takes time in proportion to the text's length times the labels' number.
  func occurring(in text: String) -> [String] {
    let scalars = Array(ComparableText(text, ignoresCase: ignoresCase).text.unicodeScalars)
    var byFirst: [Unicode.Scalar: [Int]] = [:]
    for (place, label) in labels.enumerated() { byFirst[label.scalars[0], default: []].append(place) }
    var found: Set<Int> = []
    var place = 0
    while place < scalars.count {
      let candidates = byFirst[scalars[place]] ?? []
      let match = candidates.first { stands(labels[$0].scalars, at: place, in: scalars) }
      if let match {
        found.insert(match)
        place += labels[match].scalars.count
      } else {
        place += 1
      }
    }
    return found.sorted().map { labels[$0].label }
  }

  private func stands(_ label: [Unicode.Scalar], at start: Int, in text: [Unicode.Scalar]) -> Bool {
    let end = start + label.count
    guard end <= text.count, text[start..<end].elementsEqual(label) else { return false }
    if start > 0, Self.joins(text[start - 1], label[0]) { return false }
    return end == text.count || !Self.joins(label[label.count - 1], text[end])
  }

  /// Whether two neighbours belong to one word. Scripts without spaces have no words that could be told apart.
  static func joins(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Bool { isPart(left) && isPart(right) }

  private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" else { return false }
    switch scalar.value {
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x2E80...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
      return false
    default: return true
    }
  }
}
