import Content
import Domain
import Testing

@testable import WorkbenchCore

@Suite struct TrainingSplitTests {
  private func row(_ text: String, group: String? = nil, source: JSONObject? = nil) -> TrainingRow {
    let messages = [ChatMessage(role: .user, content: text), ChatMessage(role: .assistant, content: "answer")]
    return TrainingRow(messages: messages, group: group, source: source)
  }

  /// Texts that have nothing in common.
  private func text(_ number: Int) -> String {
    var generator = SplitMix64(seed: UInt64(number))
    return (0..<8).map { _ in String(generator.next() % 1_000_000, radix: 36) }.joined(separator: " ")
  }

  /// For many sizes of groups: no group on both sides, nothing lost or reordered, the share held as near as whole groups
  /// allow, and the same every time.
  @Test(arguments: 0..<60) func groupsStayTogether(_ seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let groups = 2 + Int(generator.next() % 60)
    let largest = 1 + Int(generator.next() % 12)
    var rows: [TrainingRow] = []
    for group in 0..<groups {
      for _ in 0...Int(generator.next() % UInt64(largest)) {
        rows.append(row(text(rows.count), group: group % 3 == 0 ? nil : "g\(group)"))
      }
    }
    rows.shuffle(using: &generator)
    let share = [0.1, 0.25, 0.5, 0.01][seed % 4]
    let split = try TrainingSplit(rows: rows, validationShare: share, seed: seed, file: "f")
    let learnt = Set(split.train.compactMap(\.group))
    #expect(split.validation.allSatisfy { $0.group.map { !learnt.contains($0) } ?? true })
    #expect(!split.train.isEmpty && !split.validation.isEmpty)
    #expect(split.validationPlaces.sorted().map { rows[$0] } == split.validation)
    #expect(rows.indices.filter { !split.validationPlaces.contains($0) }.map { rows[$0] } == split.train)
    let wanted = max(1, (Double(rows.count) * share).rounded())
    #expect(abs(Double(split.validation.count) - wanted) <= Double(largest) / 2 + 1 || rows.count < 4 * largest)
    #expect(try TrainingSplit(rows: rows, validationShare: share, seed: seed, file: "f") == split)
  }

  @Test func rowsOfOneCaseAreAGroupInTheirSetOnly() throws {
    let rows = (0..<12).map { number in
      row(
        text(number),
        source: ["set": .string(number < 6 ? "a" : "b"), "case": .string("c\(number % 3)"), "run": JSONValue(number)])
    }
    #expect(TrainingSplit.groups(of: rows) == [[0, 3], [1, 4], [2, 5], [6, 9], [7, 10], [8, 11]])
  }

  @Test func whatAsksAlmostTheSameIsAGroup() throws {
    let long = "The invoice of last month was charged twice and nobody answers my mails about it, number "
    var rows = (0..<20).map { row(text($0)) }
    for place in [2, 9, 17] { rows[place] = row(long + "\(place)") }
    #expect(TrainingSplit.groups(of: rows).first { $0.count > 1 } == [2, 9, 17])
    for seed in 0..<20 {
      let held = try TrainingSplit(rows: rows, validationShare: 0.3, seed: seed, file: "f").validationPlaces
      #expect([0, 3].contains(held.intersection([2, 9, 17]).count))
    }
    // Named groups count before what is asked.
    for place in [2, 9, 17] { rows[place].group = "own \(place)" }
    #expect(TrainingSplit.groups(of: rows).count == 20)
  }

  @Test func shortInputsAreGroupsOnlyWhereTheyAreEqual() {
    let rows = (0..<40).map { row("question \($0 % 20)") }
    #expect(TrainingSplit.groups(of: rows).map(\.count) == Array(repeating: 2, count: 20))
  }

  @Test func aTemplateIsNoGroup() throws {
    let long = "Say whether the customer who wrote the following line is content, angry or neither of the two: line "
    let rows = (0..<20).map { row(long + "\($0 % 10)") }
    let groups = TrainingSplit.groups(of: rows)
    #expect(groups.count == 10)
    #expect(groups.allSatisfy { $0.count == 2 })
  }

  @Test func oneGroupCantBeDivided() throws {
    let rows = (0..<10).map { row(text($0), group: "g") }
    #expect {
      try TrainingSplit(rows: rows, validationShare: 0.1, seed: 0, file: "f.jsonl")
    } throws: {
      "\($0)".contains("f.jsonl are of one group")
    }
  }

  @Test func textsAreToldByWhatTheySay() throws {
    let rows = (0..<10).map { TrainingRow(.text(text($0 / 2))) }
    #expect(TrainingSplit.groups(of: rows).map(\.count) == [2, 2, 2, 2, 2])
  }
}
