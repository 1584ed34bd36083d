import Content
import Foundation
import Testing

@testable import DataChecks

@Suite struct HostileTests {
  @Test func noRowsAndOneRow() {
    for rows in [[], goodRows(1), goodRows(2), [DataRow(line: 1, isMixedIn: true, prompt: "a", answer: "b")]] {
      for cases in [[], goodCases(1), goodCases(30), [DataCase(set: "s", id: "", input: [])]] {
        #expect(report(rows, cases).checks.count == DataCheck.Name.allCases.count - 1)
      }
    }
    #expect(report([]).check(.consistent).status == .unknown)
    #expect(report([]).check(.tier).value == 0)
  }

  @Test func hugeAndStrangeTexts() {
    let strange = [
      "", " ", "\u{0}", "\u{0}\u{1}\u{1B}[2J", "שלום עולם, מה שלומך?", "\u{202E}abc", "👍", "👎", "👩‍👩‍👧‍👦 👩‍👩‍👧‍👦",
      "作为一个语言模型", "e\u{301}\u{301}\u{301}", "???", "!!!", "{", "[[[[", "```", "```json\n{", "a: \nb: ", ":\n:",
      "@@@@@@", "++++", "((((", ":::::::", "1.1.1.1.1.1", String(repeating: "a@", count: 1000),
      String(repeating: "1", count: 5000), String(repeating: "{", count: 5000), String(repeating: "\n", count: 1000),
      String(repeating: "ab:cd:", count: 1 << 16),
      String(repeating: "x ", count: 1 << 19), String(repeating: "é", count: 1 << 14),
    ]
    var rows = goodRows(40)
    for (number, text) in strange.enumerated() {
      rows.append(DataRow(line: 100 + number, system: text, prompt: text, answer: text.isEmpty ? "x" : text))
    }
    let cases = strange.enumerated().map { DataCase(set: "s", id: "\($0.offset)", input: [$0.element]) }
    let report = report(rows, cases)
    #expect(report.check(.leaks).status == .bad)
    #expect(report.check(.clean).lines("empty prompts").contains(100))
    #expect(!report.json.text().isEmpty)
  }

  @Test func differentSymbolsAreDifferentTexts() {
    #expect(NormalText("👍").hash != NormalText("👎").hash)
    #expect(NormalText("???").hash != NormalText("!!!").hash)
    #expect(NormalText("Wo?  ist\u{A0}das").hash == NormalText("wo ist DAS").hash)
    #expect(NormalText("作为一个").words.count == 4)
    #expect(NormalText("שלום עולם").words.count == 2)
  }

  @Test func theSameRowsGiveTheSameReport() {
    let rows = goodRows(200) + goodRows(20)
    #expect(report(rows, goodCases(30)) == report(rows, goodCases(30)))
  }

  @Test func fingerprintsTellHowMuchIsShared() {
    for shared in [30, 60, 90] {
      let both = Writer.text(seed: 1, words: shared)
      let left = both + " " + Writer.text(seed: 2, words: 100 - shared)
      let right = both + " " + Writer.text(seed: 3, words: 100 - shared)
      let exact = Pieces(left).similarity(to: Pieces(right))
      let estimate = MinHash(NormalText(left).shingles).similarity(to: MinHash(NormalText(right).shingles))
      #expect(abs(exact - estimate) < 0.15, "\(exact) \(estimate)")
    }
    #expect(Pieces("").similarity(to: Pieces("")) == 1)
  }

  @Test func logarithms() {
    for value in [0.001, 0.5, 1, 1.9999, 2, 3, 1e6] { #expect(abs(Words.log(value) - Foundation.log(value)) < 1e-12) }
  }
}
