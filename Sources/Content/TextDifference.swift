/// How one text turns into another: runs that both share, and runs that only one of them has.
package struct TextDifference: Sendable, Hashable {
  /// What a text is cut into before the pieces are compared.
  package enum Unit: Sendable, Hashable {
    /// Words (letters, digits, `_`), stretches of white space, and single other characters.
    case words
    /// Single characters as a reader sees them.
    case characters
    /// Whole lines, each with the break that ends it.
    case lines
  }

  /// A stretch of text of one kind.
  package struct Run: Sendable, Hashable {
    /// Which of the texts has it.
    package enum Kind: Sendable, Hashable {
      /// Both.
      case same
      /// Only the second.
      case added
      /// Only the first.
      case removed
    }

    /// Which of the texts has it.
    package var kind: Kind
    /// The text itself.
    package var text: String

    /// A stretch of text.
    package init(_ kind: Kind, _ text: String) {
      self.kind = kind
      self.text = text
    }
  }

  /// All runs in reading order; where text was replaced, what was removed comes before what was added.
  package let runs: [Run]

  /// Compares two texts (Myers 1986: the fewest removed and added pieces).
  ///
  /// When more than `limit` pieces would have to be removed and added, everything between the common beginning and the
  /// common end counts as replaced, so that time and memory stay bounded by length × limit and limit².
  /// - Parameters:
  ///   - first: the text that runs are removed from.
  ///   - second: the text that has the added runs.
  ///   - unit: what is compared: words unless told.
  ///   - limit: the most edits looked for, 1,000 unless told.
  package init(from first: String, to second: String, by unit: Unit = .words, limit: Int = 1000) {
    let left = Self.pieces(first, unit)
    let right = Self.pieces(second, unit)
    var runs = RunBuilder()
    let prefix = zip(left, right).prefix { $0 == $1 }.count
    let rest = zip(left[prefix...].reversed(), right[prefix...].reversed()).prefix { $0 == $1 }.count
    for piece in left[..<prefix] { runs.add(.same, piece) }
    let leftMiddle = Array(left[prefix..<left.count - rest])
    let rightMiddle = Array(right[prefix..<right.count - rest])
    var numbers: [Substring: Int] = [:]
    let number = { (piece: Substring) -> Int in
      if let known = numbers[piece] { return known }
      numbers[piece] = numbers.count
      return numbers.count - 1
    }
    let script = EditScript(leftMiddle.map(number), rightMiddle.map(number), limit: limit)
    for step in script.steps {
      switch step {
      case .keep(let place): runs.add(.same, leftMiddle[place])
      case .remove(let place): runs.add(.removed, leftMiddle[place])
      case .add(let place): runs.add(.added, rightMiddle[place])
      }
    }
    for piece in left[(left.count - rest)...] { runs.add(.same, piece) }
    self.runs = runs.finish()
  }

  /// The first text as runs that are the same or removed, to show on the left.
  package var left: [Run] { runs.filter { $0.kind != .added } }

  /// The second text as runs that are the same or added, to show on the right.
  package var right: [Run] { runs.filter { $0.kind != .removed } }

  /// Whether the texts are equal.
  package var isSame: Bool { runs.allSatisfy { $0.kind == .same } }

  /// The shared part of both texts by characters, 0 (nothing) to 1 (equal).
  package var similarity: Double {
    let same = runs.reduce(0) { $0 + ($1.kind == .same ? 2 * $1.text.count : 0) }
    let total = same + runs.reduce(0) { $0 + ($1.kind == .same ? 0 : $1.text.count) }
    return total == 0 ? 1 : Double(same) / Double(total)
  }

  private static func pieces(_ text: String, _ unit: Unit) -> [Substring] {
    var pieces: [Substring] = []
    var start = text.startIndex
    while start < text.endIndex {
      var end = text.index(after: start)
      if unit == .words, let kind = family(text[start]) {
        while end < text.endIndex, family(text[end]) == kind { end = text.index(after: end) }
      }
      if unit == .lines {
        end = text[start...].firstIndex(where: \.isNewline).map { text.index(after: $0) } ?? text.endIndex
      }
      pieces.append(text[start..<end])
      start = end
    }
    return pieces
  }

  /// Characters of one family stay together; nil stands alone.
  private static func family(_ character: Character) -> Int? {
    if character.isWhitespace { return 0 }
    return character.isLetter || character.isNumber || character == "_" ? 1 : nil
  }
}

/// Joins neighbouring pieces of a kind, with removed text before added text.
private struct RunBuilder {
  private var runs: [TextDifference.Run] = []
  private var removed = ""
  private var added = ""
  private var same = ""

  mutating func add(_ kind: TextDifference.Run.Kind, _ piece: Substring) {
    switch kind {
    case .same:
      flushChange()
      same += piece
    case .removed:
      flushSame()
      removed += piece
    case .added:
      flushSame()
      added += piece
    }
  }

  mutating func finish() -> [TextDifference.Run] {
    flushChange()
    flushSame()
    return runs
  }

  private mutating func flushSame() {
    if !same.isEmpty { runs.append(.init(.same, same)) }
    same = ""
  }

  private mutating func flushChange() {
    if !removed.isEmpty { runs.append(.init(.removed, removed)) }
    if !added.isEmpty { runs.append(.init(.added, added)) }
    removed = ""
    added = ""
  }
}

/// The shortest way from one list of numbers to another.
private struct EditScript {
  enum Step {
    /// Take an element of the left list, which the right one has too.
    case keep(Int)
    /// Drop an element of the left list.
    case remove(Int)
    /// Take an element of the right list.
    case add(Int)
  }

  var steps: [Step] = []

  init(_ left: [Int], _ right: [Int], limit: Int) {
    // For each number of edits: the farthest place in `left` on each diagonal from -edits to edits.
    var history: [[Int]] = []
    let most = min(left.count + right.count, max(0, limit))
    for edits in 0...most {
      var reach = [Int](repeating: 0, count: 2 * edits + 1)
      let before = history.last
      for diagonal in stride(from: -edits, through: edits, by: 2) {
        var x = before.map { Self.step($0, edits, diagonal).x } ?? 0
        while x < left.count, x - diagonal < right.count, x - diagonal >= 0, left[x] == right[x - diagonal] { x += 1 }
        reach[diagonal + edits] = x
        if x >= left.count, x - diagonal >= right.count {
          walkBack(history, edits, from: (x, x - diagonal))
          return
        }
      }
      history.append(reach)
    }
    steps = left.indices.map { .remove($0) } + right.indices.map { .add($0) }
  }

  /// Where a diagonal starts after one more edit, and whether that edit goes down (adds).
  private static func step(_ before: [Int], _ edits: Int, _ diagonal: Int) -> (x: Int, isAddition: Bool) {
    let center = edits - 1
    let fromAbove = diagonal < edits - 1 ? before[diagonal + 1 + center] : -1
    let fromLeft = diagonal > 1 - edits ? before[diagonal - 1 + center] + 1 : -1
    return fromAbove >= fromLeft && diagonal < edits - 1 || diagonal == -edits
      ? (fromAbove, true) : (fromLeft, false)
  }

  private mutating func walkBack(_ history: [[Int]], _ edits: Int, from end: (x: Int, y: Int)) {
    var (x, y) = end
    var edits = edits
    while edits > 0 {
      let (start, isAddition) = Self.step(history[edits - 1], edits, x - y)
      while x > start {
        x -= 1
        y -= 1
        steps.append(.keep(x))
      }
      if isAddition {
        y -= 1
        steps.append(.add(y))
      } else {
        x -= 1
        steps.append(.remove(x))
      }
      edits -= 1
    }
    while x > 0 {
      x -= 1
      steps.append(.keep(x))
    }
    steps.reverse()
  }
}
