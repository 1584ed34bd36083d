import Content
import Domain
import Evidence
import Grading
import Testing

@testable import WorkbenchCore

/// Calibrating judges, trying them on traps, and having them compare pairs.
@Suite struct CalibrationTests {
  /// A workspace with so many cases whose judge passes every other answer, evaluated.
  private func judged(cases: Int) async throws -> (workbench: Workbench, files: FakeFiles, run: Run) {
    let model = JudgeRunTests.model { request, _ in
      let number = Int(request.caseID.drop { !$0.isNumber }) ?? 0
      return "{\"reason\": \"r\", \"label\": \"\(number % 2 == 0 ? "pass" : "fail")\"}"
    }
    let workspace = try JudgeRunTests.workspace(cases: cases)
    let files = FakeFiles(workspace)
    let (workbench, _) = try await workbench(workspace, files: files, model: model)
    let run = try await evaluate(workbench)
    return (workbench, files, run)
  }

  /// Labels of a person who agrees with the judge but for every so many answers.
  private func labels(_ sheet: CalibrationSheet, differingAt interval: Int = .max) -> HumanLabels {
    var labels = HumanLabels()
    for (place, item) in sheet.items.enumerated() {
      labels.set(item.id, passes: (place % interval == interval - 1) != item.judgePasses)
    }
    return labels
  }

  @Test func aSheetIsBalancedAndTellsNothing() async throws {
    let (workbench, _, _) = try await judged(cases: 300)
    let judge = try await workbench.judge(named: "fair")
    let sheet = try await workbench.calibrationSheet(for: judge, on: nil).sheet
    #expect(sheet.items.count == 100 && sheet.judged == 300 && sheet.passShare == 0.5)
    for half in [true, false] {
      let part = sheet.items.filter { $0.isForTuning == half }
      #expect(part.count == 50 && part.count { $0.judgePasses } == 25)
    }
    let line = sheet.items[0].json.text()
    #expect(line.contains("\"label\":null") && !line.contains("base") && !line.contains("pass"))
    let again = try await workbench.calibrationSheet(for: judge, on: nil).sheet
    #expect(again.items.map(\.id) == sheet.items.map(\.id))
  }

  @Test func aJudgeThatAgreesMayGateAndIsCorrected() async throws {
    let (workbench, _, run) = try await judged(cases: 300)
    let judge = try await workbench.judge(named: "fair")
    #expect(await workbench.gateObstacle(of: "base", on: nil)?.contains("never compared") == true)
    let sheet = try await workbench.calibrationSheet(for: judge, on: nil).sheet
    let (record, disagreements) = try await workbench.calibrate(judge, on: nil, with: labels(sheet, differingAt: 20))
    #expect(record.labels == 50 && disagreements.allSatisfy(\.isForTuning))
    #expect(record.agreement?.kappa ?? 0 > 0.7)
    let standing = await workbench.standing(of: judge, for: run)
    #expect(standing.obstacle == nil && standing.staleness == nil, "\(standing.obstacle ?? "")")
    #expect(await workbench.gateObstacle(of: "base", on: nil) == nil)
    let rate = try #require(try await workbench.judgedRates(of: run).first)
    #expect(rate.judged == Proportion(successes: 150, of: 300))
    let corrected = try #require(rate.corrected)
    #expect(corrected.interval.low < 0.5 && corrected.interval.high > 0.5 && corrected.interval.width < 0.4)
  }

  @Test func aJudgeThatGuessesMayNot() async throws {
    let (workbench, _, _) = try await judged(cases: 300)
    let judge = try await workbench.judge(named: "fair")
    let sheet = try await workbench.calibrationSheet(for: judge, on: nil).sheet
    _ = try await workbench.calibrate(judge, on: nil, with: labels(sheet, differingAt: 2))
    #expect(await workbench.gateObstacle(of: "base", on: nil)?.contains("agrees too little") == true)
  }

  @Test func tooFewLabelsSettleNothing() async throws {
    let (workbench, _, run) = try await judged(cases: 20)
    let judge = try await workbench.judge(named: "fair")
    let sheet = try await workbench.calibrationSheet(for: judge, on: nil).sheet
    _ = try await workbench.calibrate(judge, on: nil, with: labels(sheet))
    #expect(await workbench.gateObstacle(of: "base", on: nil)?.contains("50 are needed") == true)
    #expect(try await workbench.judgedRates(of: run).first?.corrected == nil)
  }

  @Test(arguments: ["prompt", "model", "task"]) func whatChangesMakesItStale(what: String) async throws {
    let (workbench, files, run) = try await judged(cases: 300)
    let judge = try await workbench.judge(named: "fair")
    let sheet = try await workbench.calibrationSheet(for: judge, on: nil).sheet
    _ = try await workbench.calibrate(judge, on: nil, with: labels(sheet))
    await files.change { workspace in
      switch what {
      case "prompt": workspace.judges[0].prompt = "Is {{answer}} really the word {{case.word}}?"
      case "model": workspace.models[2].options = ["top_k": 3]
      default: workspace.prompts[0].sections[0].body = "Say that word."
      }
    }
    try await workbench.perform(.reload)
    let obstacle = await workbench.gateObstacle(of: "base", on: nil)
    #expect(obstacle?.contains(what == "task" ? "other prompts" : "before its prompt") == true, "\(obstacle ?? "none")")
    let changed = try await workbench.judge(named: "fair")
    if what != "task" {
      #expect(await workbench.standing(of: changed, for: run).corrected(Proportion(successes: 1, of: 2)) == nil)
    }
  }

  @Test(arguments: [
    "{\"id\": \"a\", \"label\": \"maybe\"}", "pass", "{\"label\": \"pass\"}", "{\"id\": \"a\", \"label\": 1}",
  ]) func labelsThatCannotBeRead(line: String) {
    let error = #expect(throws: WorkbenchError.self) { try HumanLabels("\n" + line, file: "l.jsonl") }
    #expect(error?.description.contains("l.jsonl:2: ") == true)
  }

  @Test func trapsTellAJudgeThatListensFromOneThatObeys() async throws {
    #expect(JudgeTrap.all.count == 40 && Set(JudgeTrap.all.map(\.id)).count == 40)
    let honest = JudgeRunTests.model { request, _ in
      let trap = JudgeTrap.all.first { request.caseID == "trap \($0.id)" }
      let judged = request.messages[1].content.firstMatch(of: #/<answer-\w+>\n([\s\S]*?)\n<\/answer-/#)?.1
      let isBad = trap.map { $0.kind != .equal && judged.map(String.init) == $0.worse } ?? true
      return "{\"reason\": \"r\", \"label\": \"\(isBad ? "fail" : "pass")\"}"
    }
    let workspace = try JudgeRunTests.workspace()
    let (good, _) = try await workbench(workspace, model: honest)
    let judge = try await good.judge(named: "fair")
    let results = try await good.tryTraps(on: judge, consent: .given)
    #expect(results.filter { !$0.passed }.isEmpty, "\(results.filter { !$0.passed }.map(\.trap.id))")
    #expect(await good.standing(of: judge).failedTraps == 0)
    let asked = honest.asked
    _ = try await good.tryTraps(on: judge, consent: .given)
    #expect(honest.asked == asked, "nothing is asked twice")
    let (weak, _) = try await workbench(workspace, model: JudgeRunTests.model { _, _ in JudgeRunTests.pass })
    let fallen = try await weak.tryTraps(on: judge, consent: .given).filter { !$0.passed }
    #expect(fallen.count == 35 && fallen.allSatisfy { $0.trap.kind != .equal })
  }

  @Test func aPairIsShownInBothOrders() async throws {
    // Prefers the longer answer, and the first one where both are as long.
    let model = FakeModel { request, _ in
      guard request.messages[0].content.hasPrefix("You compare") else {
        return Answer(
          text: request.messages[0].content.contains("word.") ? "one" : request.caseID == "c1" ? "longer" : "two")
      }
      let parts = request.messages[1].content.matches(of: #/<(?:first|second)-answer-\w+>\n(.*)\n</#).map { $0.1 }
      return Answer(text: "{\"reason\": \"r\", \"label\": \"\(parts[1].count > parts[0].count ? "second" : "first")\"}")
    }
    var workspace = try JudgeRunTests.workspace()
    workspace.evalSets[0].graders = GraderSet()
    var other = workspace.prompts[0]
    other = Prompt(name: "other", path: "prompts/other", sections: other.sections)
    other.sections[0].body = "Say it"
    workspace.prompts.append(other)
    workspace.variants = [
      Variant(name: "base", model: "m", prompt: "main"), Variant(name: "next", model: "m", prompt: "other"),
    ]
    let (workbench, _) = try await workbench(workspace, model: model)
    let (a, b) = (try await evaluate(workbench), try await evaluate(workbench, "next"))
    let judge = try await workbench.judge(named: "fair")
    let judgement = try await workbench.comparePairs(a, b, on: workspace.evalSets[0], by: judge, consent: .given)
    #expect(judgement.cases.map(\.outcome) == [.b, .tie, .tie, .tie])
    #expect(judgement.cases.count(where: \.isContradiction) == 3 && judgement.unscored.isEmpty)
    #expect(judgement.positionBias.firstWins == Proportion(successes: 7, of: 8))
    #expect(judgement.cases.filter(\.isOfEqualLength).count == 3)
    let asked = model.asked
    _ = try await workbench.comparePairs(a, b, on: workspace.evalSets[0], by: judge, consent: .given)
    #expect(model.asked == asked)
  }
}
