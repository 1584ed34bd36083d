import Content
import DataChecks
import Domain
import Foundation
import Grading
import Testing

@testable import WorkbenchCore

@Suite struct DataCheckTests {
  private func row(_ text: String, _ answer: String = "answer", line: Int = 0) -> TrainingRow {
    TrainingRow(
      messages: [
        ChatMessage(role: .system, content: "Say the word."), ChatMessage(role: .user, content: text),
        ChatMessage(role: .assistant, content: answer),
      ], line: line)
  }

  @Test func rowsOfAnotherKindAreNotMixedIn() async throws {
    let (workbench, files) = try await workbench()
    let pairs = (0..<4).map { number in
      TrainingRow(
        .pair(
          prompt: [RowMessage(role: .user, content: "ask \(number)")], chosen: .answer("a\(number)"),
          rejected: .answer("b\(number)")),
        line: number + 1)
    }
    await files.set(rows: pairs, at: "train/pairs.jsonl")
    await files.set(rows: rows(4), at: "train/general.jsonl")
    var settings = TrainingSettings()
    settings.mix = TrainingMix(data: "train/general.jsonl")
    settings.objective = .dpo
    let report = try await workbench.checkTrainingData(DataCheckRequest(data: "train/pairs.jsonl", settings: settings))
    #expect(report.rows == 4 && report.mixedIn == 0 && report[.pairs] != nil)
    await #expect {
      try await workbench.perform(.train(TrainRequest(data: "train/pairs.jsonl", settings: settings, backend: "trl")))
    } throws: {
      "\($0)".contains("--mix-share 0")
    }
  }

  @Test func aBackEndLearnsWhatItCan() throws {
    func check(_ backend: TrainingBackend, _ kind: TrainingRow.Kind, _ objective: TrainingSettings.Objective) -> String
    {
      do { try backend.checkLearns(kind, by: objective, file: "f.jsonl") } catch { return "\(error)" }
      return "fine"
    }
    #expect(check(.trl, .pair, .dpo) == "fine" && check(.mlx, .conversation, .sft) == "fine")
    #expect(check(.mlx, .text, .sft) == "fine" && check(.trl, .text, .sft) == "fine")
    #expect(check(.trl, .pair, .sft).contains("--objective dpo"))
    #expect(check(.trl, .conversation, .dpo).contains("--pairs"))
    #expect(check(.mlx, .pair, .dpo).contains("--backend trl"))
    for (word, isFine) in [(BackendName.mlx, false), (.trl, true)] {
      var slurm = SlurmSettings()
      slurm.runs = word
      #expect((check(.slurm(slurm), .pair, .dpo) == "fine") == isFine)
    }
  }

  private func rows(_ count: Int) -> [TrainingRow] { (0..<count).map { row("question \($0)", line: $0 + 2) } }

  @Test func rowsAreHeldAgainstTheEvalSetsWithTheirLines() async throws {
    let (workbench, files) = try await workbench()
    await files.set(rows: rows(9) + [row("WORD 2!", line: 40)], at: "train/main.jsonl")
    let report = try await workbench.checkTrainingData(DataCheckRequest(data: "train/main.jsonl"))
    #expect(report.rows == 10)
    let leaks = try #require(report[.leaks])
    #expect(leaks.status == .bad)
    #expect(leaks.findings.first?.rows == [DataPlace(line: 40)])
    #expect(leaks.findings.first?.cases == ["main/c2"])
    await #expect(throws: WorkbenchError.self) { try await workbench.checkTrainingData() }
    await #expect {
      try await workbench.checkTrainingData(DataCheckRequest(data: "train/main.jsonl", set: "mian"))
    } throws: { "\($0)".contains("Did you mean \"main\"") }
  }

  @Test func theModelsTokenizerCountsWhatCouldBeTooLong() async throws {
    var workspace = sampleWorkspace()
    workspace.training.settings.maxTokens = 200
    let (workbench, files) = try await workbench(workspace)
    let long = String(repeating: "wordwordword ", count: 100)
    await files.set(rows: rows(30) + [row(long, line: 77)], at: "a.jsonl")
    let fits = try await workbench.checkTrainingData(DataCheckRequest(data: "a.jsonl"))[.clean]
    #expect(fits?.status == .fine)
    #expect(fits?.findings.last?.note.contains("by the model's tokenizer") == true)
    await files.set(rows: rows(30) + [row(long + long, line: 77)], at: "a.jsonl")
    let cut = try await workbench.checkTrainingData(DataCheckRequest(data: "a.jsonl"))[.clean]
    #expect(cut?.findings.first?.rows == [DataPlace(line: 77)])
  }

  @Test func answersInAFormThatNoGraderTakesAreNamed() async throws {
    var workspace = sampleWorkspace()
    workspace.evalSets[0].graders = try GraderSet(specs: [["type": "json-equal", "fields": ["label"]]])
    let (workbench, files) = try await workbench(workspace)
    await files.set(
      rows: (0..<50).map { row("q \($0)", $0 == 3 ? "sync" : "{\"label\": \"a\"}", line: $0 + 1) }, at: "a")
    let clean = try await workbench.checkTrainingData(DataCheckRequest(data: "a"))[.clean]
    #expect(clean?.findings.first?.rows == [DataPlace(line: 4)])
    #expect(clean?.findings.first?.note == "not the form that the graders of main want")
  }

  @Test func whatIsBadStopsATrainingUntilItIsAcceptedWithAReason() async throws {
    let trainer = FakeTrainer()
    let (workbench, files) = try await workbench(trainer: trainer)
    let secret = "sk-proj-abcdEFGH1234ijklMNOP5678"
    await files.set(rows: rows(10) + [row("my key is \(secret)", line: 12), row("word 1", line: 13)], at: "a.jsonl")
    await #expect {
      try await workbench.perform(.train(TrainRequest(data: "a.jsonl")))
    } throws: {
      let text = "\($0)"
      return text.contains("--allow-leaks") && text.contains("--accept personal=REASON") && !text.contains(secret)
    }
    await #expect(throws: WorkbenchError.self) {
      try await workbench.perform(.train(TrainRequest(data: "a.jsonl", allowLeaks: true)))
    }
    #expect(await trainer.plans.isEmpty)
    #expect(await workbench.snapshot.jobs.isEmpty)
    try await workbench.perform(
      .train(TrainRequest(data: "a.jsonl", allowLeaks: true, accepted: [.personal: "a revoked key"])))
    let message = try #require(await workbench.snapshot.jobs.first?.message)
    #expect(message.contains("1 rows stand in an eval set; its scores are not evidence."))
    #expect(message.contains("Accepted: personal (1 row): a revoked key."))
    let record = try #require(await trainer.plans.first?.dataRecord)
    #expect(record["accepted"] == ["leaks": "--allow-leaks", "personal": "a revoked key"])
    #expect(record["data"] == "a.jsonl")
    #expect(record["report"]?["checks"]?.array?.count == DataCheck.Name.allCases.count - 1)
    #expect(!JSONValue.object(record).text().contains(secret))
  }
}
