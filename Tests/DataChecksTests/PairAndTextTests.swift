import Content
import Testing

@testable import DataChecks

/// Rows of other kinds than conversations.
@Suite struct PairAndTextTests {
  private func pairs(_ count: Int, seed: UInt64 = 1) -> [DataRow] {
    var writer = Writer(seed)
    return (0..<count).map { number in
      let (better, worse) = (writer.sentence(20), writer.sentence(20))
      return DataRow(
        line: number + 1, system: "Say it well.", prompt: writer.sentence(), answer: better, rejected: worse)
    }
  }

  private func texts(_ count: Int, seed: UInt64 = 1) -> [DataRow] {
    var writer = Writer(seed)
    return (0..<count).map { DataRow(line: $0 + 1, prompt: "", answer: writer.sentence(40), isText: true) }
  }

  // MARK: Pairs

  @Test func goodPairsAreFine() {
    let report = report(pairs(100), goodCases(60))
    #expect(report[.pairs]?.status == .fine)
    #expect(report.check(.clean).status == .fine)
    #expect(report.checks.map(\.name) == DataCheck.Name.allCases)
    #expect(DataReport(of: DataToCheck(rows: goodRows(5)))[.pairs] == nil)
  }

  @Test func answersThatAreEqualTeachNothing() {
    var rows = pairs(100)
    rows[3].rejected = rows[3].answer + "\n"
    (rows[5].answer, rows[5].rejected) = ("{\"a\": 1, \"b\": 2}", "{\"b\":2,\"a\":1}")
    let check = report(rows).check(.clean)
    #expect(check.lines("pairs of equal answers") == [4, 6])
    #expect(check.status == .look)
    for place in 0..<10 { rows[place].rejected = rows[place].answer }
    #expect(report(rows).check(.clean).status == .bad)
  }

  @Test func pairsThatTurnEachOtherRoundAreNamed() {
    var rows = pairs(100)
    rows[8] = rows[2]
    rows[8].line = 9
    (rows[8].answer, rows[8].rejected) = (rows[2].rejected ?? "", rows[2].answer)
    // The same prompt with other answers is no contradiction.
    rows[9].prompt = rows[2].prompt
    let check = report(rows).check(.clean)
    #expect(check.lines("pairs that contradict each other") == [3, 9])
    #expect(check.finding("rows that contradict each other") == nil)
  }

  @Test func chosenAnswersThatFailTheGradersAreNamed() {
    var data = DataToCheck(rows: pairs(50))
    data.failure = { $0.line == 7 ? "not JSON" : nil }
    #expect(DataReport(of: data).check(.clean).lines("chosen answers that fail the graders") == [7])
  }

  @Test(arguments: [(81, true), (80, false), (20, false)])
  func lengthIsNotToBeWhatIsLearnt(_ longer: Int, _ isWorthALook: Bool) throws {
    var rows = pairs(100)
    for place in rows.indices {
      rows[place].answer = String(repeating: "word ", count: place < longer ? 30 : 20) + "\(place)"
      rows[place].rejected = String(repeating: "text ", count: 20) + "\(place)"
    }
    let check = try #require(report(rows)[.pairs])
    #expect((check.status == .look) == isWorthALook)
    #expect(check.value == Double(longer) / 100)
    #expect(check.finding("chosen answers that are longer")?.count == longer)
  }

  @Test func answersThatAreAlwaysShorterAreWorthALookToo() throws {
    var rows = pairs(20)
    for place in rows.indices { rows[place].answer = "No." }
    let check = try #require(report(rows)[.pairs])
    #expect(check.status == .look && check.meaning.contains("write less"))
    // A few pairs can lean one way by chance.
    #expect(report(Array(rows.prefix(9)))[.pairs]?.status == .fine)
  }

  @Test func theLongerAnswerCountsForTheLength() {
    var rows = pairs(20)
    rows[4].rejected = String(repeating: "x", count: 5000)
    #expect(DataToCheck(rows: rows, maxTokens: 2048).placesWorthCounting == [4])
  }

  @Test func secretsInARejectedAnswerAreFound() {
    var rows = pairs(20)
    rows[6].rejected = "the key is AKIAIOSFODNN7EXAMPLE"
    #expect(report(rows).check(.personal).lines("keys") == [7])
  }

  // MARK: Texts

  @Test func goodTextsAreFineAndHaveNoForm() {
    let report = report(texts(100), goodCases(60))
    #expect(report.check(.clean).status == .fine)
    #expect(report.check(.consistent).status == .unknown && report.check(.balanced).status == .unknown)
    #expect(report.check(.diverse).value == 0)
    #expect(report.check(.leaks).status == .fine)
  }

  @Test func textsThatRepeatAreGroups() {
    var rows = texts(100)
    rows[50].answer = rows[2].answer.uppercased()
    #expect(report(rows).check(.diverse).lines("groups of near duplicates") == [3, 51])
  }

  @Test func emptyAndLongTextsAreNamed() {
    var rows = texts(100)
    rows[3].answer = " \n"
    rows[4].answer = String(repeating: "long ", count: 2000)
    let data = DataToCheck(rows: rows, maxTokens: 512, tokens: [4: 2000])
    let check = DataReport(of: data).check(.clean)
    #expect(check.lines("empty texts") == [4])
    #expect(check.lines("rows longer than max_tokens") == [5])
    #expect(check.finding("rows longer")?.note.contains("the ends of texts") == true)
  }

  @Test func aTextThatHoldsAnEvalCaseIsALeak() {
    var rows = texts(100)
    let cases = goodCases(60)
    rows[9].answer += " " + (cases[4].input.first ?? "") + " and on it goes"
    let check = report(rows, cases).check(.leaks)
    #expect(check.status == .bad)
    #expect(check.lines("rows that contain the input of an eval case") == [10])
  }

  // MARK: What is held for validation

  @Test func repeatsAcrossTheSplitAreToldOf() {
    var rows = goodRows(100)
    rows[90].prompt = rows[3].prompt + " ba"
    var data = DataToCheck(rows: rows, cases: goodCases(60), held: Set(90..<100))
    let check = DataReport(of: data).check(.leaks)
    #expect(check.status == .look && check.value == 0)
    #expect(check.lines("rows for validation") == [91])
    data.held = [3, 90]
    #expect(DataReport(of: data).check(.leaks).status == .fine)
    data.held = []
    #expect(DataReport(of: data).check(.leaks).status == .fine)
  }
}
