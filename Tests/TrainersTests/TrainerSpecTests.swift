import Content
import Domain
import Foundation
import TestFolders
import Testing
import WorkbenchCore

@testable import Trainers

struct TrainerSpecTests {
  private let workspace = temporaryPath("workspace")

  private func plan(_ change: (inout TrainingPlan) -> Void = { _ in }) -> TrainingPlan {
    let row = TrainingRow(
      .conversation([
        RowMessage(role: .user, content: "q"),
        RowMessage(role: .assistant, content: "a", members: ["reasoning_content": "because"]),
      ]), members: ["tools": [["type": "function"]]], file: "train/a.jsonl", line: 7)
    var plan = TrainingPlan(
      folder: workspace + "/job", base: "m", settings: TrainingSettings(), rows: [row, TrainingRow(.text("t"))],
      validationRows: [row], workspace: workspace)
    change(&plan)
    return plan
  }

  private func config(_ text: String) throws -> TrainingPlan {
    try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: workspace + "/accelerate.yaml"))
    return plan { $0.settings.acceleratorConfig = "accelerate.yaml" }
  }

  @Test func rowsKeepAllOfTheirMembers() {
    #expect(
      TrainerRows.text(of: plan().rows)
        == #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","reasoning_content":"because"}],"tools":[{"type":"function"}]}"#
        + "\n" + #"{"text":"t"}"# + "\n")
    #expect(
      TrainerRows.places(plan()) == ["train.jsonl": ["train/a.jsonl:7", .null], "valid.jsonl": ["train/a.jsonl:7"]])
  }

  @Test func everySettingOfOursIsToldInItsOwnKey() throws {
    var settings = TrainingSettings()
    settings.method = .dora
    settings.quantizeBits = 4
    settings.objective = .dpo
    settings.processes = 2
    settings.layers = 3
    settings.beta = 0.2
    let spec = try TrainerSpec(plan { $0.settings = settings }).values
    for setting in TrainingSettings.table where setting.uses.contains(.trainer) && setting.matters(in: settings) {
      #expect(spec[setting.key] == setting.value(in: settings)?.json, "\(setting.key)")
    }
    #expect(spec["quantize_bits"] == 4 && spec["data_share"] == nil && spec["samples"] == nil)
    #expect(try TrainerSpec(plan()).values["quantize_bits"] == nil, "mlx doesn't know it")
  }

  @Test func theSpecsOfEarlierJobsGoOn() throws {
    var spec = try TrainerSpec(
      #"{"model": "org/m", "scale": 20, "batch_size": 4, "report_every": 5, "later": [1], "accept": {"cut": "known"}}"#
        .utf8)
    spec.resume = true
    spec.accept([.endToken: "meant so"])
    let read = try TrainerSpec(spec.text.utf8)
    #expect(read.values["scale"] == 20 && read.values["batch_size"] == 4 && read.values["later"] == [1])
    #expect(read.model == "org/m" && read.resume && read.accept == ["cut": "known", "end_token": "meant so"])
    #expect(throws: (any Error).self) { try TrainerSpec("[]".utf8) }
    #expect(throws: (any Error).self) { try TrainerSpec("{".utf8) }
  }

  @Test func acceptedChecksAddUp() throws {
    var spec = try TrainerSpec(plan { $0.accepted = [.cut: "known"] })
    #expect(spec.accept == ["cut": "known"])
    spec.accept([.endToken: "meant so"])
    #expect(spec.accept == ["cut": "known", "end_token": "meant so"])
    #expect(try TrainerSpec(plan()).accept == [:])
  }

  @Test(arguments: [
    "distributed_type: FSDP\n", "a: 1\n  \"distributed_type\": 'fsdp'  # ours\n",
    "{\"a\": 1, \"distributed_type\": \"FSDP\"}",
  ])
  func fsdpIsRefusedBeforeTheStart(_ text: String) throws {
    let plan = try config(text)
    let failure = #expect(throws: TrainerFailure.self) { try TrainerSpec(plan) }
    #expect(failure?.description.contains("FSDP") == true)
  }

  @Test func otherConfigurationsOfAccelerateArePassedOn() throws {
    let plan = try config("# not FSDP\ndistributed_type: MULTI_GPU\n")
    #expect(try TrainerSpec(plan).values["accelerate_config"]?.string == workspace + "/accelerate.yaml")
    #expect(throws: TrainerFailure.self) {
      try TrainerSpec(self.plan { $0.settings.acceleratorConfig = "nowhere.yaml" })
    }
  }
}
