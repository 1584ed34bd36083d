import Grading
import Testing

@testable import DataChecks

/// Each fault is planted into good rows and must be found, with its rows and nothing else.
@Suite struct PlantedFaultTests {
  @Test func goodRowsAreFine() {
    let report = report(goodRows(300), goodCases(60))
    for check in report.checks {
      #expect(check.status == .fine, "\(check.name): \(check.figure). \(check.meaning)")
      #expect(check.fix.isEmpty)
    }
    #expect(report.checks.map(\.name) == DataCheck.Name.allCases.filter { $0 != .pairs })
    #expect(report.rows == 300 && report.mixedIn == 0)
  }

  @Test func tiersCountTheTasksOwnRows() {
    var rows = goodRows(60)
    #expect(report(rows).check(.tier).meaning == "Enough for format or style; a moderate task takes 140 more.")
    for place in 40..<60 { rows[place].isMixedIn = true }
    let check = report(rows).check(.tier)
    #expect(check.status == .look)
    #expect(check.value == 40)
    #expect(report(goodRows(5000)).check(.tier).meaning.hasPrefix("Enough for a large change of behaviour"))
  }

  // MARK: Diversity

  @Test func copiesAndNearCopiesMakeGroups() {
    var rows = goodRows(100)
    rows[10].prompt = rows[3].prompt.uppercased() + "!"
    rows[10].answer = rows[3].answer
    rows[20].prompt = rows[3].prompt + " ba"
    rows[20].answer = rows[3].answer
    rows[30].prompt = rows[7].prompt
    rows[30].answer = rows[7].answer
    let check = report(rows).check(.diverse)
    #expect(check.value == 0.03)
    #expect(check.status == .fine)
    #expect(check.finding("groups of near duplicates")?.count == 2)
    #expect(check.lines("groups of near duplicates") == [4, 11, 21])
    #expect(check.lines("another group") == [8, 31])
  }

  @Test func manyRepeatsAreBad() {
    var rows = goodRows(100)
    for place in 40..<100 { (rows[place].prompt, rows[place].answer) = (rows[0].prompt, rows[0].answer) }
    let check = report(rows).check(.diverse)
    #expect(check.status == .bad)
    #expect(check.value == 0.6)
    #expect(check.meaning.contains("the largest group has 61"))
    for place in 20..<100 { (rows[place].prompt, rows[place].answer) = goodRows(100, seed: 5)[place].texts }
    #expect(report(rows).check(.diverse).status == .fine)
  }

  @Test func theSameQuestionWithAnotherAnswerIsNoRepeat() {
    var rows = goodRows(100)
    rows[1].prompt = rows[0].prompt
    #expect(report(rows).check(.diverse).value == 0)
  }

  @Test func aTemplateAroundThePromptsIsNoRepetition() {
    var rows = goodRows(100)
    let rules = Writer.text(seed: 9, words: 200)
    for place in rows.indices {
      rows[place].prompt = rules + "\nTicket:\n" + rows[place].prompt + "\nAnswer with JSON."
    }
    #expect(report(rows).check(.diverse).value == 0)
  }

  @Test func nearDuplicatesAreThoseThatComparingAllFinds() {
    var writer = Writer(3)
    var rows = goodRows(150)
    // Copies with more and more words changed, on both sides of the limit.
    for place in 50..<150 {
      var words = rows[place % 50].prompt.split(separator: " ").map(String.init)
      for _ in 0..<(place % 4) { words[writer.number(below: words.count)] += "x" }
      rows[place].prompt = words.joined(separator: " ")
      rows[place].answer = rows[place % 50].answer
    }
    let texts = DataTexts(DataToCheck(rows: rows))
    let pieces = rows.map { Pieces($0.prompt) }
    var near: Set<Int> = []
    for left in rows.indices {
      for right in rows.indices where left < right && pieces[left].similarity(to: pieces[right]) >= Pieces.near {
        near.formUnion([left, right])
      }
    }
    let found = Set(NearDuplicates(texts, among: Array(rows.indices)).clusters.flatMap { $0 })
    #expect(near.count > 60)
    #expect(found == near)
  }

  // MARK: Representativeness

  @Test func inputsOfAnotherKindAreFar() {
    var cases = goodCases(60)
    let strange = ["porque", "donde", "cuando", "manana", "gracias"]
    for place in 0..<30 {
      cases[place].input = [strange.indices.map { strange[($0 + place) % 5] }.joined(separator: " ")]
    }
    let check = report(goodRows(300), cases).check(.representative)
    #expect(check.status == .look)
    #expect((check.value ?? 0) > 0.45)
    #expect(check.finding("stand in no row")?.note.contains("porque (30)") == true)
    let general = cases.map { one in
      var one = one
      one.isGeneral = true
      return one
    }
    #expect(report(goodRows(300), general).check(.representative).status == .unknown)
  }

  // MARK: Clean

  @Test func emptyRowsAndContradictionsAreNamed() {
    var rows = goodRows(200)
    rows[4].prompt = " \n"
    rows[5].answer = "\t"
    rows[7].prompt = rows[6].prompt
    rows[9].prompt = rows[8].prompt
    rows[9].answer = "{ \"topic\" : \(rows[8].answer.dropFirst(10))"
    let check = report(rows).check(.clean)
    #expect(check.lines("empty prompts") == [5])
    #expect(check.lines("empty answers") == [6])
    #expect(check.lines("contradict") == [7, 8])
    #expect(check.value == 0.02)
    #expect(check.status == .look)
    #expect(check.meaning.hasPrefix("4 of 200 rows have a fault"))
  }

  @Test func proseMayBeWordedInSeveralWays() {
    var rows = goodRows(100)
    rows[0].answer = Writer.text(seed: 1, words: 40)
    rows[1] = rows[0]
    rows[1].answer = Writer.text(seed: 2, words: 40)
    let check = report(rows).check(.clean)
    #expect(check.status == .fine)
    #expect(check.finding("several answers in prose")?.count == 1)
  }

  @Test func answersThatTheGradersRefuseCount() {
    var rows = goodRows(100)
    for place in 0..<6 { rows[place].answer = "sync, I think" }
    rows[50].answer = "no"
    rows[50].isMixedIn = true
    let data = DataToCheck(rows: rows, failure: { JSONAnswer(in: $0.answer) == nil ? "not JSON" : nil })
    let check = DataReport(of: data).check(.clean)
    #expect(check.status == .bad)
    #expect(check.value == 0.06)
    #expect(check.finding("fail the graders")?.note == "not JSON")
    #expect(check.lines("fail the graders") == [1, 2, 3, 4, 5])
  }

  @Test func rowsThatWouldBeCutOffAreCountedByTokensWhereKnown() {
    var rows = goodRows(100)
    rows[2].prompt = Writer.text(seed: 4, words: 400)
    #expect(DataToCheck(rows: rows, maxTokens: 256).placesWorthCounting == [2])
    let estimated = report(rows, maxTokens: 256).check(.clean)
    #expect(estimated.lines("probably longer than max_tokens") == [3])
    #expect(estimated.value == 0 && estimated.status == .look)
    #expect(estimated.finding("longer")?.note.contains("estimated") == true)
    let counted = DataReport(of: DataToCheck(rows: rows, maxTokens: 256, tokens: [2: 300])).check(.clean)
    #expect(counted.finding("rows longer than max_tokens")?.note.contains("the last 44 tokens") == true)
    let fits = DataReport(of: DataToCheck(rows: rows, maxTokens: 256, tokens: [2: 200])).check(.clean)
    #expect(fits.status == .fine)
  }

  // MARK: Consistency

  @Test func otherFormsAreNamedWithTheirRows() {
    var rows = goodRows(100)
    rows[0].answer = "```json\n\(rows[0].answer)\n```"
    rows[1].answer = "Sure! \(rows[1].answer)"
    rows[2].answer += " "
    rows[3].answer = "{\"topic\": 3}"
    rows[4].answer = "topic: sync\nwhy: because"
    rows[5].answer = "I would say that this is about sync."
    rows[6].system = "Say it."
    let check = report(rows).check(.consistent)
    #expect(check.value == 0.94)
    #expect(check.status == .look)
    #expect(check.lines("JSON in a code fence") == [1])
    #expect(check.lines("JSON with text around it") == [2])
    #expect(check.lines("white space around it") == [3])
    #expect(check.lines("{topic: number}") == [4])
    #expect(check.lines("lines topic, why") == [5])
    #expect(check.lines("system texts") == [7])
    for place in 10..<40 { rows[place].answer = "about sync" }
    #expect(report(rows).check(.consistent).status == .bad)
    // Rows that are each told another form may differ.
    for place in rows.indices { rows[place].system = "Instruction \(place)" }
    #expect(report(rows).check(.consistent).status == .look)
  }

  // MARK: Balance

  @Test func rareAndMissingLabelsAreNamed() {
    var rows = goodRows(120)
    for place in rows.indices { rows[place].answer = "{\"topic\": \"\(place < 5 ? "sync" : "billing")\"}" }
    let check = report(rows).check(.balanced)
    #expect(check.status == .look)
    #expect(check.value == 23)
    #expect(check.lines("topic") == [1, 2, 3, 4, 5])
    #expect(check.finding("topic")?.note == "billing 115, sync 5; evenness 0.25")
    let untaught = report(rows, goodCases(60)).check(.balanced)
    #expect(untaught.status == .bad)
    #expect(untaught.finding("cases expect topic access, which no row has")?.count == 20)
  }

  @Test func plainLabelsAreLabelsToo() {
    var rows = goodRows(90)
    for place in rows.indices { rows[place].answer = ["yes", "no", "maybe"][place % 3] }
    let cases = (0..<20).map {
      DataCase(set: "s", id: "\($0)", input: ["q \($0)"], expected: $0 == 0 ? "never" : "yes")
    }
    let check = report(rows, cases).check(.balanced)
    #expect(check.value == 1)
    #expect(check.status == .look)
    #expect(check.finding("cases expect the answers never")?.cases == ["s/0"])
    for place in rows.indices { rows[place].answer = "yes" }
    #expect(report(rows).check(.balanced).meaning.contains("All answers are the same"))
  }

  // MARK: Leaks

  @Test func leaksAreFoundHoweverTheyAreHidden() {
    var rows = goodRows(200)
    var cases = goodCases(60)
    cases[5].input = [Writer.text(seed: 77, words: 60)]
    rows[0].prompt = cases[0].input[0].uppercased() + "?!"
    rows[1].prompt = cases[1].input[0] + "x"
    rows[2].prompt =
      "Please say what this is about. " + cases[2].input[0] + " Thank you, and have a nice day over there."
    rows[3].prompt = cases[3].input[0]
    rows[3].isMixedIn = true
    rows[4].turns = ["Hello?", cases[4].input[0]]
    rows[5].prompt = cases[5].input[0].split(separator: " ").prefix(50).joined(separator: " ") + " " + rows[5].prompt
    let check = report(rows, cases).check(.leaks)
    #expect(check.status == .bad)
    #expect(check.value == 6)
    #expect(
      check.finding("with the input")?.rows == [
        DataPlace(line: 1), DataPlace(line: 4, isMixedIn: true), DataPlace(line: 5),
      ])
    #expect(check.finding("with the input")?.cases == ["main/c1", "main/c4", "main/c5"])
    #expect(check.lines("with almost the input of an eval case") == [2])
    #expect(check.lines("contain the input") == [3, 6])
  }

  @Test func expectedTextsInAnswersAreLeaksAndLabelsAreNot() {
    var rows = goodRows(100)
    var cases = goodCases(60)
    let text = Writer.text(seed: 8, words: 30)
    cases[7].expected = ["reply": .string(text)]
    rows[9].answer = "{\"reply\": \"\(text)\"}"
    let check = report(rows, cases).check(.leaks)
    #expect(check.value == 1)
    #expect(check.lines("whose answer holds") == [10])
  }

  @Test func quotationsAreWorthALookAndTemplatesAreNot() {
    var rows = goodRows(100)
    var cases = goodCases(60)
    let rules = Writer.text(seed: 21, words: 40)
    cases[0].input = [Writer.text(seed: 22, words: 30) + " " + rules + " " + Writer.text(seed: 23, words: 80)]
    rows[0].prompt = rules + " " + rows[0].prompt
    let quoted = report(rows, cases).check(.leaks)
    #expect(quoted.status == .look)
    #expect(quoted.lines("share 25 words") == [1])
    for place in 0..<20 { rows[place].prompt = rules + " " + goodRows(100)[place].prompt }
    #expect(report(rows, cases).check(.leaks).status == .fine)
  }

  // MARK: Speed

  @Test func manyNearCopiesAreNotAllComparedWithAll() {
    var writer = Writer(5)
    let base = writer.sentence(40)
    let rows = (0..<2000).map { number in
      DataRow(line: number + 1, prompt: base + " \(number)", answer: "{\"n\": 1}")
    }
    let check = report(rows, goodCases(20)).check(.diverse)
    #expect(check.status == .bad)
    #expect(check.finding("groups")?.count == 1)
    let near = NearDuplicates(DataTexts(DataToCheck(rows: rows)), among: Array(rows.indices))
    // Comparing all with all would take two million comparisons.
    #expect(near.comparisons < 20 * rows.count)
  }
}

extension Writer {
  static func text(seed: UInt64, words: Int) -> String {
    var writer = Writer(seed &* 1_000_003)
    return writer.sentence(words)
  }
}

extension DataRow {
  var texts: (String, String) { (prompt, answer) }
}
