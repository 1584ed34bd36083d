import Foundation

/// The BLEU of one sentence as sacrebleu works it out: n-grams of 1 to 4 tokens, as long as the answer has such,
/// exponential smoothing (Chen and Cherry 2014, method 3), and the length of the nearest reference (Papineni et al. 2002).
struct BLEU: Sendable, Hashable {
  var tokenizer = BLEUTokenizer.mteval
  var ignoresCase = false

  private static let order = 4

  /// The score, 0 to 1.
  /// - Parameter references: at least one.
  func score(_ answer: String, references: [String]) -> Double {
    var table = NGramTable()
    let tokens = table.numbers(of: tokens(answer))
    var wanted: [[Int: Int]] = Array(repeating: [:], count: Self.order)
    var length: Int?
    for reference in references {
      let numbers = table.numbers(of: self.tokens(reference))
      for (place, counts) in table.counts(numbers, order: Self.order).enumerated() {
        wanted[place].merge(counts) { max($0, $1) }
      }
      let isNearer = length.map {
        (abs(numbers.count - tokens.count), numbers.count) < (abs($0 - tokens.count), $0)
      }
      if isNearer ?? true { length = numbers.count }
    }
    let found = table.counts(tokens, order: Self.order)
    let matches = zip(found, wanted).map { NGramMatch(found: $0, wanted: $1) }
    return Self.score(matches, answerLength: tokens.count, referenceLength: length ?? 0)
  }

  private func tokens(_ text: String) -> [Substring] {
    tokenizer.tokens(ignoresCase ? PythonText.lowercased(text) : text)
  }

  private static func score(_ matches: [NGramMatch], answerLength: Int, referenceLength: Int) -> Double {
    guard matches.contains(where: { $0.shared > 0 }) else { return 0 }
    var smoothing = 1.0
    var logarithms = 0.0
    var orders = 0
    for match in matches where match.found > 0 {
      orders += 1
      if match.shared == 0 {
        smoothing *= 2
        logarithms += log(1 / (smoothing * Double(match.found)))
      } else {
        logarithms += log(Double(match.shared) / Double(match.found))
      }
    }
    let penalty = answerLength < referenceLength ? exp(1 - Double(referenceLength) / Double(answerLength)) : 1
    return penalty * exp(logarithms / Double(orders))
  }
}
