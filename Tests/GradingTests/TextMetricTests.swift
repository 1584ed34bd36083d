import Content
import Foundation
import Testing

@testable import Grading

/// BLEU, chrF and ROUGE against Fixtures/text-metrics.json, made with sacrebleu and rouge-score.
@Suite struct TextMetricTests {
  struct Row {
    var answer: String
    var references: [String]
    var scores: JSONValue
  }

  static let rows: [Row] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/text-metrics.json")
    guard let data = try? Data(contentsOf: file), let root = try? JSONValue(parsing: data) else { return [] }
    return (root["rows"]?.array ?? []).map {
      Row(
        answer: $0["answer"]?.string ?? "", references: ($0["references"]?.array ?? []).compactMap(\.string),
        scores: $0["scores"] ?? [:])
    }
  }()

  @Test func thereAreEnoughPairs() { #expect(Self.rows.count >= 300) }

  @Test(arguments: [
    ("bleu", BLEU()), ("bleu-char", BLEU(tokenizer: .characters)), ("bleu-zh", BLEU(tokenizer: .chinese)),
    ("bleu-none", BLEU(tokenizer: .none)), ("bleu-lower", BLEU(ignoresCase: true)),
  ])
  func bleuIsSacrebleus(name: String, metric: BLEU) throws {
    for (place, row) in Self.rows.enumerated() {
      let wanted = try #require(row.scores[name]?.double) / 100
      let found = metric.score(row.answer, references: row.references)
      #expect(abs(found - wanted) < 1e-6, "row \(place): \(found), \(wanted): \(row.answer.debugDescription)")
    }
  }

  @Test(arguments: [("chrf", ChrF()), ("chrf++", ChrF(wordOrder: 2)), ("chrf-lower", ChrF(ignoresCase: true))])
  func chrFIsSacrebleus(name: String, metric: ChrF) throws {
    for (place, row) in Self.rows.enumerated() {
      let wanted = try #require(row.scores[name]?.double) / 100
      let found = metric.score(row.answer, references: row.references)
      #expect(abs(found - wanted) < 1e-6, "row \(place): \(found), \(wanted): \(row.answer.debugDescription)")
    }
  }

  @Test(arguments: [
    ("rouge1", ROUGE.Kind.grams(1)), ("rouge2", .grams(2)), ("rouge3", .grams(3)), ("rougeL", .sequence),
  ])
  func rougeIsRougeScores(name: String, kind: ROUGE.Kind) throws {
    for (place, row) in Self.rows.enumerated() {
      let wanted = (row.scores[name]?.array ?? []).compactMap(\.double)
      #expect(wanted.count == 3)
      let found = try #require(ROUGE(kind: kind).score(row.answer, references: row.references))
      for (a, b) in zip([found.precision, found.recall, found.f1], wanted) {
        #expect(abs(a - b) < 1e-6, "row \(place): \(a), \(b): \(row.answer.debugDescription)")
      }
    }
  }

  @Test func longestCommonSubsequenceIsThatOfTheTable() {
    var seed: UInt64 = 7
    func random(_ bound: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % bound
    }
    for _ in 0..<200 {
      let a = (0..<random(200)).map { _ in random(6) }
      let b = (0..<random(200)).map { _ in random(6) }
      var row = [Int](repeating: 0, count: b.count + 1)
      for token in a {
        var diagonal = 0
        for place in b.indices {
          let above = row[place + 1]
          row[place + 1] = token == b[place] ? diagonal + 1 : max(above, row[place])
          diagonal = above
        }
      }
      #expect(LongestCommonSubsequence.length(a, b) == row.last)
    }
  }
}
