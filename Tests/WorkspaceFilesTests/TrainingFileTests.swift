import Content
import Domain
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
      let pair = [RowMessage(role: .user, content: "p"), .answer("c")]
      #expect(rows.map(\.messages.count) == [3, 2, 2])
      #expect(rows.map(\.line) == [1, 3, 4])
      #expect(rows[1].messages == pair && rows[2].messages == pair)
      #expect(try await folder.files.trainingRows(at: folder.path + "/train/a.jsonl") == rows)
    }
  }

  @Test(arguments: [
    (#"{"text": "all in one"}"#, "one of the plain texts"), (#"{"chosen": "a", "rejected": "b"}"#, "no prompt"),
    (#"{"prompt": "p", "chosen": "a", "rejected": "b"}"#, "one of the preference pairs"),
    (#"{"prompt": "p", "chosen": "a"}"#, "needs \"rejected\""),
    (#"{"prompt": "p", "chosen": "", "rejected": "b"}"#, "empty"),
    (
      #"{"prompt": "p", "chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}]}"#,
      "another one"
    ),
    (
      #"{"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "q"}, {"role": "user", "content": "b"}]}"#,
      "must end with one message"
    ),
    (#"{"text": "  \n"}"#, "is empty"), (#"{"text": 5}"#, "must be a text"),
    (#"{"prompt": "p", "completion": "c", "label": false}"#, "marked as bad"),
    (#"{"prompt": "p", "completion": "c", "group": [1]}"#, "must be a text"),
    (
      #"{"messages": [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a", "weight": 0}]}"#,
      "weight 0"
    ),
    (#"{"mesages": []}"#, "Did you mean \"messages\"?"), ("[]", "Expected an object"), ("nonsense", "Not JSON"),
    (#"{"messages": []}"#, "list of messages"), (#"{"messages": [{"role": "user", "content": "u"}]}"#, "last message"),
    (#"{"messages": [{"role": "assistant", "content": "a"}]}"#, "nothing before"),
    (#"{"messages": [{"role": "tool", "content": "a"}]}"#, "must follow"),
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

  /// All say the same: ours, TRL's implicit form, one with the prompt twice, OpenAI's, and Axolotl's.
  @Test(arguments: [
    #"{"prompt": "p", "chosen": "a", "rejected": "b"}"#,
    #"{"prompt": [{"role": "user", "content": "p"}], "chosen": [{"role": "assistant", "content": "a"}], "rejected": [{"role": "assistant", "content": "b"}]}"#,
    #"{"chosen": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "b"}]}"#,
    #"{"prompt": "p", "chosen": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "b"}], "score_chosen": 8}"#,
    #"{"input": {"messages": [{"role": "user", "content": "p"}], "tools": [], "parallel_tool_calls": true}, "preferred_output": [{"role": "assistant", "content": "a"}], "non_preferred_output": [{"role": "assistant", "content": "b"}]}"#,
    #"{"messages": [{"role": "user", "content": "p"}], "chosen": {"role": "assistant", "content": "a"}, "rejected": {"role": "assistant", "content": "b"}}"#,
  ])
  func everyFormOfAPairIsRead(_ line: String) async throws {
    try await withFolder(["t.jsonl": line]) { folder in
      let rows = try await folder.files.trainingRows(at: "t.jsonl")
      let prompt = [RowMessage(role: .user, content: "p")]
      #expect(rows.map(\.content) == [.pair(prompt: prompt, chosen: .answer("a"), rejected: .answer("b"))])
      #expect(rows[0].messages == prompt + [.answer("a")])
      #expect(rows[0].prompt == prompt)
    }
  }

  @Test func aSystemMessageMayStandInOnePlaceOnly() async throws {
    let shared = #"{"role": "user", "content": "p"}"#
    let system = #"{"role": "system", "content": "s"}"#
    let (a, b) = (#"{"role": "assistant", "content": "a"}"#, #"{"role": "assistant", "content": "b"}"#)
    let lines = [
      #"{"prompt": "p", "chosen": [\#(system), \#(shared), \#(a)], "rejected": [\#(system), \#(shared), \#(b)]}"#,
      #"{"prompt": [\#(system), \#(shared)], "chosen": [\#(shared), \#(a)], "rejected": [\#(shared), \#(b)]}"#,
    ]
    try await withFolder(["t.jsonl": lines.joined(separator: "\n")]) { folder in
      for row in try await folder.files.trainingRows(at: "t.jsonl") {
        #expect(row.prompt.map(\.role) == [.system, .user])
      }
    }
  }

  @Test func everyKindIsWrittenAndReadAgainWithItsOrigin() async throws {
    let user = [RowMessage(role: .system, content: "s"), RowMessage(role: .user, content: "u")]
    let source: JSONObject = ["run": 3, "case": "t-1", "score": 0.5]
    let contents: [TrainingRow.Content] = [
      .conversation(user + [.answer("a")]),
      .pair(prompt: user, chosen: .answer("é\n{\"a\": 1}"), rejected: .answer(" b")), .text("one\ntwo\u{2028}"),
    ]
    try await withFolder { folder in
      for content in contents {
        let row = TrainingRow(content, group: "g", source: source)
        try await folder.files.write([row, TrainingRow(content)], to: "t.jsonl")
        let read = try await folder.files.trainingRows(at: "t.jsonl")
        #expect(read == [row, row])
        #expect(read.map(\.group) == ["g", nil] && read.map(\.source) == [source, nil])
      }
    }
  }

  @Test func groupsMayBeNumbersAndSourcesWords() async throws {
    let lines = [
      #"{"text": "a", "group": 7, "source": "wiki"}"#, #"{"text": "b", "group": null, "source": 3}"#,
    ]
    try await withFolder(["t.jsonl": lines.joined(separator: "\n")]) { folder in
      let rows = try await folder.files.trainingRows(at: "t.jsonl")
      #expect(rows.map(\.group) == ["7", nil])
      #expect(rows.map(\.source) == [["name": "wiki"], nil])
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
      for path in ["../out.jsonl", "/nowhere/out.jsonl", "~/out.jsonl", "", "a/../../b", "train"] {
        await #expect(throws: Problem.self) { try await folder.files.write(rows, to: path) }
      }
    }
  }
}
