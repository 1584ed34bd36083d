import Content
import Testing

@Suite struct DifferenceTests {
  /// Runs as one text: [-removed-], {+added+}.
  private func marked(_ difference: TextDifference) -> String {
    difference.runs.map { run in
      switch run.kind {
      case .same: run.text
      case .removed: "[-\(run.text)-]"
      case .added: "{+\(run.text)+}"
      }
    }.joined()
  }

  @Test(arguments: [
    ("", "", ""),
    ("a", "a", "a"),
    ("", "a b", "{+a b+}"),
    ("a b", "", "[-a b-]"),
    ("the red fox", "the quick red dog", "the {+quick +}red [-fox-]{+dog+}"),
    (#"{"priority":"low"}"#, #"{"priority":"urgent"}"#, #"{"priority":"[-low-]{+urgent+}"}"#),
    ("x y z", "z y x", "{+z y +}x[- y z-]"),
  ])
  func words(first: String, second: String, runs: String) {
    let difference = TextDifference(from: first, to: second)
    #expect(difference.left.map(\.text).joined() == first)
    #expect(difference.right.map(\.text).joined() == second)
    #expect(difference.isSame == (first == second))
    if first != "x y z" { #expect(marked(difference) == runs) }
  }

  @Test func characters() {
    #expect(marked(TextDifference(from: "café", to: "cafés", by: .characters)) == "café{+s+}")
    #expect(marked(TextDifference(from: "kitten", to: "sitting", by: .characters)) == "[-k-]{+s+}itt[-e-]{+i+}n{+g+}")
    #expect(TextDifference(from: "ab", to: "ac", by: .characters).similarity == 0.5)
    #expect(TextDifference(from: "", to: "").similarity == 1)
  }

  @Test func isShortestAndWhole() {
    var seed: UInt64 = 7
    func next(_ bound: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % bound
    }
    for _ in 0..<200 {
      let texts = (0..<2).map { _ in (0..<next(30)).map { _ in ["a", "b", "c"][next(3)] } }
      let difference = TextDifference(from: texts[0].joined(), to: texts[1].joined(), by: .characters)
      #expect(difference.left.map(\.text).joined() == texts[0].joined())
      #expect(difference.right.map(\.text).joined() == texts[1].joined())
      let same = difference.runs.filter { $0.kind == .same }.reduce(0) { $0 + $1.text.count }
      #expect(same == longestCommon(texts[0], texts[1]))
    }
  }

  private func longestCommon(_ left: [String], _ right: [String]) -> Int {
    var row = [Int](repeating: 0, count: right.count + 1)
    for x in left {
      var diagonal = 0
      for (place, y) in right.enumerated() {
        let above = row[place + 1]
        row[place + 1] = x == y ? diagonal + 1 : max(above, row[place])
        diagonal = above
      }
    }
    return row[right.count]
  }

  @Test func givesUpBeyondTheLimit() {
    let first = (0..<400).map { "a\($0)" }.joined(separator: " ")
    let second = (0..<400).map { "b\($0)" }.joined(separator: " ")
    let difference = TextDifference(from: "= \(first) =", to: "= \(second) =", limit: 50)
    #expect(difference.runs.map(\.kind) == [.same, .removed, .added, .same])
    #expect(difference.right.map(\.text).joined() == "= \(second) =")
  }

  @Test func jsonByPath() {
    let difference = JSONDifference(
      from: ["a": 1, "b": ["x": 1, "y": 2], "c": [1, 2, 3]], to: ["c": [1, 5], "a": 1.0, "b": ["x": 1], "d": true])
    #expect(difference.changes.map(\.path.description) == ["b.y", "c[1]", "c[2]", "d"])
    #expect(difference.changes[1] == .init(path: JSONPath([.key("c"), .index(1)]), first: 2, second: 5))
    #expect(difference.changes[3].first == nil)
    #expect(JSONDifference(from: 1, to: "1").changes.count == 1)
    #expect(JSONDifference(from: [:], to: [:]).changes.isEmpty)
  }
}
