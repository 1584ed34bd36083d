/// Numbers for tokens and for sequences of them, so that n-grams of several texts are counted and compared as numbers.
struct NGramTable {
  private struct Pair: Hashable {
    var head: Int
    var last: Int
  }

  private var tokens: [String: Int] = [:]
  /// By the length of the n-grams, from 2: an n-gram's number by the numbers of its first n − 1 tokens and of its last.
  private var longer: [[Pair: Int]] = []

  /// The numbers of a text's tokens.
  mutating func numbers(of texts: some Sequence<some StringProtocol>) -> [Int] {
    texts.map { text in
      let text = String(text)
      if let known = tokens[text] { return known }
      tokens[text] = tokens.count
      return tokens.count - 1
    }
  }

  /// How often each n-gram occurs among tokens, for n from 1 to `order`. Takes linear time for each n.
  mutating func counts(_ tokens: [Int], order: Int) -> [[Int: Int]] {
    var grams = tokens
    var counts: [[Int: Int]] = []
    for length in 1...order {
      if length > 1 { lengthen(&grams, by: tokens, to: length) }
      counts.append(grams.reduce(into: [:]) { $0[$1, default: 0] += 1 })
    }
    return counts
  }

  private mutating func lengthen(_ grams: inout [Int], by tokens: [Int], to length: Int) {
    while longer.count < length - 1 { longer.append([:]) }
    let count = max(0, tokens.count - length + 1)
    grams = (0..<count).map { start in
      let pair = Pair(head: grams[start], last: tokens[start + length - 1])
      if let known = longer[length - 2][pair] { return known }
      let number = longer[length - 2].count
      longer[length - 2][pair] = number
      return number
    }
  }
}

/// How many n-grams two texts have, and how many of them both.
struct NGramMatch: Sendable, Hashable {
  var found: Int
  var wanted: Int
  var shared: Int

  /// Counts; an n-gram is shared as often as it occurs in both.
  init(found: [Int: Int], wanted: [Int: Int]) {
    self.found = found.values.reduce(0, +)
    self.wanted = wanted.values.reduce(0, +)
    shared = found.reduce(0) { $0 + min($1.value, wanted[$1.key] ?? 0) }
  }
}
