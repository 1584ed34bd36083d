import Content
import Domain
import Foundation
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// Every form as the tools' own documents show it.
struct TrainingExportTests {
  private let asked = [ChatMessage(role: .system, content: "s"), ChatMessage(role: .user, content: "q")]
  private var conversation: TrainingRow {
    TrainingRow(
      messages: asked + [ChatMessage(role: .assistant, content: "a")], line: 7, group: "c1", source: ["run": 3])
  }
  private var pair: TrainingRow {
    TrainingRow(.pair(prompt: asked.map { RowMessage($0) }, chosen: .answer("a"), rejected: .answer("b")))
  }
  private var text: TrainingRow { TrainingRow(.text("t")) }

  private static let prompt = #"[{"role": "system", "content": "s"}, {"role": "user", "content": "q"}]"#
  private static let answer = #"{"role": "assistant", "content": "a"}"#
  private static let other = #"{"role": "assistant", "content": "b"}"#
  private static let messages =
    #"{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}, \#(answer)]}"#

  @Test(arguments: [
    (TrainingFormat.openai, messages), (.mlx, messages), (.axolotl, messages), (.llamaFactory, messages),
    (.trl, #"{"prompt": \#(prompt), "completion": [\#(answer)]}"#),
  ])
  func conversations(_ format: TrainingFormat, _ line: String) {
    let bytes = TrainingExport(format: format, name: "n").bytes(of: [conversation, conversation])
    #expect(String(decoding: bytes, as: UTF8.self) == line + "\n" + line + "\n")
  }

  @Test(arguments: [
    (
      TrainingFormat.openaiDPO,
      #"{"input": {"messages": \#(prompt), "tools": [], "parallel_tool_calls": true}, "preferred_output": [\#(answer)], "non_preferred_output": [\#(other)]}"#
    ),
    (.trl, #"{"prompt": \#(prompt), "chosen": [\#(answer)], "rejected": [\#(other)]}"#),
    (.axolotl, #"{"messages": \#(prompt), "chosen": \#(answer), "rejected": \#(other)}"#),
    (.llamaFactory, #"{"messages": \#(prompt), "chosen": \#(answer), "rejected": \#(other)}"#),
  ])
  func pairsAreWrittenAndReadAgain(_ format: TrainingFormat, _ line: String) async throws {
    let bytes = TrainingExport(format: format, name: "n").bytes(of: [pair])
    #expect(String(decoding: bytes, as: UTF8.self) == line + "\n")
    #expect(try TrainingFile.rows(bytes, path: "t.jsonl") == [pair])
  }

  @Test(arguments: [TrainingFormat.trl, .mlx, .axolotl, .llamaFactory]) func texts(_ format: TrainingFormat) {
    let bytes = TrainingExport(format: format, name: "n").bytes(of: [text])
    #expect(String(decoding: bytes, as: UTF8.self) == #"{"text": "t"}"# + "\n")
  }

  @Test func filesAreWrittenWithTheOriginOfEachRow() async throws {
    try await withFolder { folder in
      let parts = [
        ExportPart(name: "train", rows: [conversation]), ExportPart(name: "valid", rows: [conversation]),
      ]
      let report = try await folder.files.export(parts, as: .mlx, named: "n", to: folder.path + "/out/deep")
      #expect(
        report.files == [
          folder.path + "/out/deep/train.jsonl": 1, folder.path + "/out/deep/valid.jsonl": 1,
          folder.path + "/out/deep/sources.jsonl": 0,
        ])
      #expect(
        try folder.text("out/deep/sources.jsonl").hasPrefix(
          #"{"file": "train.jsonl", "line": 1, "from_line": 7, "group": "c1", "source": {"run": 3}}"#))
    }
  }

  @Test func otherDataSetsStayRegistered() async throws {
    try await withFolder(["out/dataset_info.json": #"{"mine": {"file_name": "mine.json"}}"#]) { folder in
      let parts = [ExportPart(name: "train", rows: [pair]), ExportPart(name: "valid", rows: [pair])]
      _ = try await folder.files.export(parts, as: .llamaFactory, named: "tickets", to: folder.path + "/out")
      let registry = try JSONValue(parsing: folder.text("out/dataset_info.json"))
      #expect(registry.object?.keys == ["mine", "tickets", "tickets_valid"])
      #expect(registry["tickets"]?["ranking"]?.bool == true)
      #expect(registry["tickets_valid"]?["file_name"]?.string == "valid.jsonl")
      try folder.write("[1]", "out/dataset_info.json")
      await #expect(throws: Problem.self) {
        try await folder.files.export(parts, as: .llamaFactory, named: "n", to: folder.path + "/out")
      }
      #expect(try folder.text("out/dataset_info.json") == "[1]")
    }
  }

  @Test func axolotlIsToldWhereAndHow() async throws {
    try await withFolder { folder in
      let parts = [ExportPart(name: "train", rows: [pair]), ExportPart(name: "valid", rows: [pair])]
      let report = try await folder.files.export(parts, as: .axolotl, named: "n", to: folder.path + "/out")
      let path = folder.path + "/out"
      #expect(
        report.snippet == """
          rl: dpo
          datasets:
            - path: "\(path)/train.jsonl"
              ds_type: json
              split: train
              type: chat_template.default
              field_messages: messages
              field_chosen: chosen
              field_rejected: rejected
              message_property_mappings:
                role: role
                content: content
          test_datasets:
            - path: "\(path)/valid.jsonl"
              ds_type: json
              split: train
              type: chat_template.default
              field_messages: messages
              field_chosen: chosen
              field_rejected: rejected
              message_property_mappings:
                role: role
                content: content
          """)
    }
  }
}
