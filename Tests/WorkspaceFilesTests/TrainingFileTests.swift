import Foundation
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

struct TrainingFileTests {
  @Test func bothFormsAreRead() async throws {
    let text = """
      {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]}

      {"prompt": "p", "completion": "c"}
      {"prompt": [{"role": "user", "content": "p"}], "completion": [{"role": "assistant", "content": "c"}]}
      """
    try await withFolder(["train/a.jsonl": text]) { folder in
      let rows = try await folder.files.trainingRows(at: "train/a.jsonl")
      let pair = [ChatMessage(role: .user, content: "p"), ChatMessage(role: .assistant, content: "c")]
      #expect(rows.map(\.messages.count) == [3, 2, 2])
      #expect(rows.map(\.line) == [1, 3, 4])
      #expect(rows[1].messages == pair && rows[2].messages == pair)
      #expect(try await folder.files.trainingRows(at: folder.path + "/train/a.jsonl") == rows)
    }
  }

  @Test(arguments: [
    (#"{"text": "all in one"}"#, "can't be used yet"), (#"{"chosen": "a", "rejected": "b"}"#, "can't be used yet"),
    (#"{"mesages": []}"#, "Did you mean \"messages\"?"), ("[]", "Expected an object"), ("nonsense", "Not JSON"),
    (#"{"messages": []}"#, "list of messages"), (#"{"messages": [{"role": "user", "content": "u"}]}"#, "last message"),
    (#"{"messages": [{"role": "assistant", "content": "a"}]}"#, "nothing before"),
    (#"{"messages": [{"role": "tool", "content": "a"}]}"#, "can't be used yet"),
    (#"{"messages": [{"role": "usr", "content": "a"}]}"#, "no role"),
    (#"{"prompt": "p", "completion": 5}"#, "must be a text"),
    (#"{"messages": [{"role": "user", "content": [1]}, {"role": "assistant", "content": "a"}]}"#, "must be a text"),
    (#"{"prompt": "p", "completion": ""}"#, "is empty"),
  ])
  func theFirstBadRowIsNamed(_ row: String, _ part: String) async throws {
    let good = #"{"prompt": "p", "completion": "c"}"#
    try await withFolder(["t.jsonl": "\(good)\n\n\(row)\n\(row)\n"]) { folder in
      let error = await #expect(throws: Problem.self) { try await folder.files.trainingRows(at: "t.jsonl") }
      #expect(error?.line == 3 && error?.file == "t.jsonl")
      #expect(error?.message.contains(part) == true)
    }
  }

  @Test func whatIsNotThereSaysSo() async throws {
    try await withFolder(["empty.jsonl": "\n"]) { folder in
      let missing = await #expect(throws: Problem.self) { try await folder.files.trainingRows(at: "gone.jsonl") }
      #expect(missing?.description == "gone.jsonl: The file doesn't exist.")
      await #expect(throws: Problem.self) { try await folder.files.trainingRows(at: "empty.jsonl") }
      await #expect(throws: Problem.self) { try await folder.files.trainingRows(at: "../x.jsonl") }
    }
  }

  @Test func writingIsWholeAndStaysInside() async throws {
    try await withFolder { folder in
      let rows = (0..<3).map { number in
        TrainingRow(messages: [
          ChatMessage(role: .system, content: "é\n\"\(number)\""), ChatMessage(role: .user, content: "作\u{0}"),
          ChatMessage(role: .assistant, content: "{}"),
        ])
      }
      try await folder.files.write(rows, to: "train/deep/new.jsonl")
      #expect(try await folder.files.trainingRows(at: "train/deep/new.jsonl") == rows)
      try await folder.files.write([rows[0]], to: "train/deep/new.jsonl")
      #expect(try await folder.files.trainingRows(at: "train/deep/new.jsonl") == [rows[0]])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/train/deep") == ["new.jsonl"])
      for path in ["../out.jsonl", "/tmp/out.jsonl", "~/out.jsonl", "", "a/../../b", "train"] {
        await #expect(throws: Problem.self) { try await folder.files.write(rows, to: path) }
      }
    }
  }
}
