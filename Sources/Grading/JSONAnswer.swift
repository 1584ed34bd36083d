import Content

/// The JSON that a model put into its answer, and where it stood.
package struct JSONAnswer: Sendable, Hashable {
  /// Where in the answer the JSON was.
  package enum Place: Sendable, Hashable {
    /// The answer is JSON and nothing else; the only place that counts as the right format.
    case whole
    /// Between the lines of a Markdown fence.
    case fence
    /// An object or a list in the middle of other text.
    case embedded
  }

  /// What was found.
  package var value: JSONValue
  /// Where it was found.
  package var place: Place
  /// How many JSON values the answer has; this is the last of them, or the last of the kind that was wanted.
  package var count = 1

  /// The last complete JSON value of an answer without reasoning: the whole of it, or else a fenced block that is JSON,
  /// or an object or a list in the text.
  ///
  /// A value that is cut off at the end of the answer is not JSON, and nothing inside it is taken instead.
  package init?(in answer: String) {
    guard let last = Self.all(in: answer).values.last else { return nil }
    self = last
  }

  init(value: JSONValue, place: Place, count: Int = 1) {
    self.value = value
    self.place = place
    self.count = count
  }

  /// Every complete JSON value of an answer, in order, without those inside others, and whether there may be more since
  /// one nests too deep. Takes linear time.
  static func all(in answer: String) -> (values: [JSONAnswer], reachedLimit: Bool) {
    if let value = try? JSONValue(parsing: answer) { return ([JSONAnswer(value: value, place: .whole)], false) }
    let fences = Self.fences(in: answer)
    var found: [(start: Int, value: JSONValue, place: Place)] = []
    let (embedded, reachedLimit) = EmbeddedJSON.all(in: answer)
    for embedded in embedded {
      let fence = fences.first { $0.contains(embedded.range.lowerBound) && embedded.range.upperBound <= $0.upperBound }
      let isAlone = fence.map { Self.isBlank(answer, $0, except: embedded.range) } ?? false
      found.append((embedded.range.lowerBound, embedded.value, isAlone ? .fence : .embedded))
    }
    for fence in fences where !found.contains(where: { fence.contains($0.start) }) {
      // A text, a number or a word, which only a fence tells from prose.
      if let value = try? JSONValue(parsing: String(part(of: answer, fence))) {
        found.append((fence.lowerBound, value, .fence))
      }
    }
    let values = found.sorted { $0.start < $1.start }
      .map { JSONAnswer(value: $0.value, place: $0.place, count: found.count) }
    return (values, reachedLimit)
  }

  /// What stands between the lines of each closed Markdown fence, in UTF-8 bytes from the start.
  private static func fences(in text: String) -> [Range<Int>] {
    guard text[...].range(ofFirst: "```") != nil else { return [] }
    var fences: [Range<Int>] = []
    var open: Int?
    var start = 0
    for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let end = start + line.count
      if line.drop(while: { $0 == UInt8(ascii: " ") }).starts(with: "```".utf8) {
        if let begin = open {
          fences.append(begin..<max(begin, start))
          open = nil
        } else {
          open = min(end + 1, text.utf8.count)
        }
      }
      start = end + 1
    }
    return fences
  }

  private static func isBlank(_ text: String, _ range: Range<Int>, except inner: Range<Int>) -> Bool {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    return part(of: text, range.lowerBound..<inner.lowerBound).utf8.allSatisfy(isSpace)
      && part(of: text, inner.upperBound..<range.upperBound).utf8.allSatisfy(isSpace)
  }

  private static func part(of text: String, _ range: Range<Int>) -> Substring {
    let bytes = text.utf8
    let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
    return text[start..<bytes.index(start, offsetBy: range.count)]
  }

  /// The place in words, to be put behind a sentence; empty for the whole answer.
  var note: String {
    let place =
      switch self.place {
      case .whole: ""
      case .fence: "in a Markdown fence"
      case .embedded: "with other text around it"
      }
    if count > 1 { return " (the last of \(count) JSON values, \(place))" }
    return place.isEmpty ? "" : " (\(place))"
  }
}
