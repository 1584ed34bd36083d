/// Variants by their mean score on the same cases, with letters for those that can't be told apart.
package struct Leaderboard: Sendable, Hashable {
  /// The places of the given variants, best mean first; those without a score come last.
  package let order: [Int]
  /// Each given variant's letters; variants that share one are tied.
  package let letters: [String]
  /// The pairwise comparisons after Holm's adjustment, by the places of the two.
  package let pairs: [Pair: PairedComparison]

  /// Two of the given variants.
  package struct Pair: Sendable, Hashable {
    /// The place of the candidate, which comes before ``baseline`` in the given order.
    package let candidate: Int
    /// The place of the baseline.
    package let baseline: Int
  }

  /// Compares all pairs of variants.
  package init(
    _ variants: [[ScoredCase]], measure: ScoredCase.Measure = .score, margin: Double = PairedComparison.defaultMargin,
    alpha: Double = 0.05
  ) {
    let means = variants.map { VariantScores($0, measure: measure).estimate?.mean ?? -1 }
    order = means.indices.sorted { (-means[$0], $0) < (-means[$1], $1) }
    var keys: [Pair] = []
    var found: [PairedComparison] = []
    for first in variants.indices {
      for second in variants.indices where second > first {
        keys.append(Pair(candidate: first, baseline: second))
        found.append(
          PairedComparison(
            candidate: variants[first], baseline: variants[second], measure: measure, margin: margin, alpha: alpha))
      }
    }
    let adjusted = zip(found, Holm.adjusted(found.map(\.rawPValue))).map {
      $0.adjusted(pValue: $1, family: found.count)
    }
    pairs = Dictionary(uniqueKeysWithValues: zip(keys, adjusted))
    let ranks = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
    let different = zip(keys, adjusted).filter { $0.1.pValue <= alpha }.map {
      (ranks[$0.0.candidate] ?? 0, ranks[$0.0.baseline] ?? 0)
    }
    let ranked = Letters.letters(count: variants.count, different: different)
    letters = variants.indices.map { ranked[ranks[$0] ?? 0] }
  }

  /// The place of the variant that is better than every other one; nil where the best is tied.
  package var first: Int? {
    guard let best = order.first else { return nil }
    let shared = order.dropFirst().contains { other in letters[best].contains { letters[other].contains($0) } }
    return shared ? nil : best
  }
}

/// Letters for what can't be told apart: two share a letter if and only if they were not found different
/// (insert-absorb: Piepho, Journal of Computational and Graphical Statistics 13, 2004, 456–466).
enum Letters {
  /// The letters of `count` things in order; `different` holds the places of those found different.
  static func letters(count: Int, different: [(Int, Int)]) -> [String] {
    var columns: [Set<Int>] = [Set(0..<count)]
    for (one, other) in different where one != other {
      var next: [Set<Int>] = []
      for column in columns {
        let isSplit = column.contains(one) && column.contains(other)
        next += isSplit ? [column.subtracting([one]), column.subtracting([other])] : [column]
      }
      // A column within another says nothing more; of equal ones the first stays.
      columns = next.enumerated().filter { index, column in
        !next.enumerated().contains { place, other in
          place != index && column.isSubset(of: other) && (column != other || place < index)
        }
      }.map(\.element)
    }
    let sorted = columns.filter { !$0.isEmpty }.sorted { $0.sorted().lexicographicallyPrecedes($1.sorted()) }
    return (0..<count).map { thing in
      sorted.indices.filter { sorted[$0].contains(thing) }.map { String(letter($0)) }.joined()
    }
  }

  /// a to z, A to Z, and further letters of Unicode after that.
  private static func letter(_ index: Int) -> Character {
    let start: UInt32 = index < 26 ? 97 : index < 52 ? 65 - 26 : 0x100 - 52
    return Unicode.Scalar(start + UInt32(index)).map { Character($0) } ?? "?"
  }
}
