/// Levenshtein's distance between texts.
package enum EditDistance {
  /// How many Unicode scalars must be added, dropped or changed to turn one text into the other.
  ///
  /// Works on 64 rows at once (Myers 1999, in blocks after Hyyrö 2003), so that two texts of 10,000 scalars need about
  /// 1.6 million steps.
  package static func levenshtein(_ left: String, _ right: String) -> Int {
    var pattern = Array(left.unicodeScalars)[...]
    var text = Array(right.unicodeScalars)[...]
    if pattern.count > text.count { swap(&pattern, &text) }
    while let first = pattern.first, first == text.first {
      pattern.removeFirst()
      text.removeFirst()
    }
    while let last = pattern.last, last == text.last {
      pattern.removeLast()
      text.removeLast()
    }
    guard !pattern.isEmpty else { return text.count }
    return blockDistance(Array(pattern), Array(text))
  }

  private static func blockDistance(_ pattern: [Unicode.Scalar], _ text: [Unicode.Scalar]) -> Int {
    let blocks = (pattern.count + 63) / 64
    var occurrences: [Unicode.Scalar: [UInt64]] = [:]
    for (place, scalar) in pattern.enumerated() {
      occurrences[scalar, default: Array(repeating: 0, count: blocks)][place / 64] |= 1 << UInt64(place % 64)
    }
    let none = Array(repeating: UInt64(0), count: blocks)
    var rises = Array(repeating: UInt64.max, count: blocks)
    var falls = none
    var distance = pattern.count
    for scalar in text {
      let here = occurrences[scalar] ?? none
      var carryRises: UInt64 = 1
      var carryFalls: UInt64 = 0
      for block in 0..<blocks {
        let top = block == blocks - 1 ? UInt64((pattern.count - 1) % 64) : 63
        var equal = here[block]
        let vertical = equal | falls[block]
        equal |= carryFalls
        let horizontal = ((equal & rises[block]) &+ rises[block]) ^ rises[block] | equal
        var up = falls[block] | ~(horizontal | rises[block])
        var down = rises[block] & horizontal
        let nextRises = up >> top & 1
        let nextFalls = down >> top & 1
        up = up << 1 | carryRises
        down = down << 1 | carryFalls
        rises[block] = down | ~(vertical | up)
        falls[block] = up & vertical
        carryRises = nextRises
        carryFalls = nextFalls
      }
      distance += Int(carryRises) - Int(carryFalls)
    }
    return distance
  }
}
