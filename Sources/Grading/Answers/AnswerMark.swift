/// Where an answer says what its result is: behind `The answer is`, `Antwort:`, `####` or inside `\boxed{`.
enum AnswerMark {
  /// Words that announce the result, in lower case.
  private static let words: [[Unicode.Scalar]] = [
    "answer", "result", "solution", "antwort", "lösung", "ergebnis", "réponse", "résultat", "respuesta", "resultado",
    "risposta", "risultato", "resposta", "antwoord", "ответ", "答案", "答え", "回答", "正解", "정답",
  ].map { Array($0.unicodeScalars) }
  /// What stands between such a word and the result.
  private static let links: [[Unicode.Scalar]] = [
    ":", "：", "=", "is", "ist", "est", "es", "è", "é", "—", "是", "为", "為", "は", "는", "은",
  ].map { Array($0.unicodeScalars) }
  /// How far a link may stand behind its word, in scalars.
  private static let reach = 48
  private static let signs: [[Unicode.Scalar]] = ["####", "\\boxed{"].map { Array($0.unicodeScalars) }

  /// The places behind all marks, in order. Takes linear time.
  /// - Parameter text: a text in which each scalar that has one in lower case is that.
  static func places(in text: [Unicode.Scalar]) -> [Int] {
    var places: [Int] = []
    var index = 0
    while index < text.count {
      if let sign = signs.first(where: { $0[0] == text[index] && stands($0, at: index, in: text) }) {
        index += sign.count
        places.append(index)
      } else if let word = words.first(where: { $0[0] == text[index] && stands($0, at: index, in: text) }),
        isWord(index, word.count, in: text)
      {
        index += word.count
        if let end = link(after: index, in: text) {
          index = end
          places.append(end)
        }
      } else {
        index += 1
      }
    }
    return places
  }

  private static func link(after start: Int, in text: [Unicode.Scalar]) -> Int? {
    for index in start..<min(text.count, start + reach) {
      if text[index] == "\n" || text[index] == "." { return nil }
      if let link = links.first(where: { stands($0, at: index, in: text) }), isWord(index, link.count, in: text) {
        return index + link.count
      }
    }
    return nil
  }

  static func stands(_ word: [Unicode.Scalar], at start: Int, in text: [Unicode.Scalar]) -> Bool {
    start + word.count <= text.count && text[start..<(start + word.count)].elementsEqual(word)
  }

  /// Whether what stands there is no part of a longer word.
  static func isWord(_ start: Int, _ count: Int, in text: [Unicode.Scalar]) -> Bool {
    let end = start + count
    if start > 0, LabelSearch.joins(text[start - 1], text[start]) { return false }
    return end >= text.count || !LabelSearch.joins(text[end - 1], text[end])
  }

  /// The scalars of a text, each in lower case where that is one scalar.
  static func lowercased(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    scalars.map { scalar in
      if scalar.isASCII { return ("A"..."Z").contains(scalar) ? Unicode.Scalar(scalar.value + 32) ?? scalar : scalar }
      let lower = scalar.properties.lowercaseMapping.unicodeScalars
      return lower.count == 1 ? lower.first ?? scalar : scalar
    }
  }
}
