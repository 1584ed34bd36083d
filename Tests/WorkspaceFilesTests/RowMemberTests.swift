import Content
import Domain
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// What rows say besides their texts goes wherever they go, or the row is refused.
struct RowMemberTests {
  private static let call = #"[{"id": "1", "type": "function", "function": {"name": "refund", "arguments": "{}"}}]"#
  private static let tools = #"[{"type": "function", "function": {"name": "refund"}}]"#

  private func read(_ lines: [String]) throws -> [TrainingRow] {
    try TrainingFile.rows(Array(lines.joined(separator: "\n").utf8), path: "t.jsonl")
  }

  @Test(arguments: [
    #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "One moment.", "tool_calls": \#(call)}]}"#,
    #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "", "tool_calls": \#(call)}, {"role": "tool", "content": "done", "tool_call_id": "1"}, {"role": "assistant", "content": "a"}], "tools": \#(tools)}"#,
    #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "b", "weight": 0}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 1}]}"#,
    #"{"messages": [{"role": "user", "content": "q", "name": "é"}, {"role": "assistant", "content": "a", "reasoning_content": "because"}]}"#,
    #"{"text": "t", "id": 12345678901234567890, "weight": 0.5}"#,
    #"{"prompt": [{"role": "user", "content": "q"}], "chosen": [{"role": "assistant", "content": "a", "tool_calls": \#(call)}], "rejected": [{"role": "assistant", "content": "b"}], "tools": \#(tools)}"#,
  ])
  func everyMemberIsKept(_ line: String) throws {
    let rows = try read([line])
    #expect(String(decoding: TrainingFile.bytes(of: rows), as: UTF8.self) == line + "\n")
    for format in TrainingFormat.allCases where format.kinds.contains(rows[0].kind) {
      let written = String(decoding: TrainingExport(format: format, name: "n").bytes(of: rows), as: UTF8.self)
      for name in ["tool_calls", "tools", "weight", "reasoning_content", "name", "id"]
      where line.contains("\"\(name)\"") {
        #expect(written.contains("\"\(name)\""), "\(format) lost \(name)")
      }
    }
  }

  @Test func providersGetNoMembersThatTheyKnowNothingOf() throws {
    let rows = try read([
      #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "id": 3, "tools": \#(Self.tools)}"#
    ])
    func members(_ format: TrainingFormat) throws -> [String]? {
      let bytes = TrainingExport(format: format, name: "n").bytes(of: rows)
      return try JSONValue(parsing: String(decoding: bytes, as: UTF8.self)).object?.keys
    }
    #expect(try members(.openai) == ["messages", "tools"])
    #expect(try members(.mlx) == ["messages", "id", "tools"])
  }

  @Test(arguments: [
    ("prompt", #""prompt": "p""#), ("text", #""text": "t""#), ("completion", #""completion": "c""#),
    ("chosen", #""chosen": null, "preferred_output": []"#),
  ])
  func rowsOfTwoFormsAreRefused(_ key: String, _ member: String) {
    let line = #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], \#(member)}"#
    let problem = #expect(throws: Problem.self) { try read([line]) }
    #expect(problem?.key == (key == "chosen" ? "preferred_output" : key))
  }

  @Test func whatIsNullOrEmptySaysNothing() throws {
    let plain = #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#
    let wordy =
      #"{"messages": [{"role": "user", "content": "q", "name": null}, {"role": "assistant", "content": "a", "tool_calls": null}], "tools": [], "parallel_tool_calls": false, "text": null}"#
    #expect(try read([wordy]) == read([plain]))
  }

  @Test func everyLineWithAMistakeIsNamedAtOnce() throws {
    let good = #"{"prompt": "p", "completion": "c"}"#
    let bad = [#"{"conversations": []}"#, #"{"messages": [{"role": "tool", "content": "r"}]}"#, "{", #"{"text": "t"}"#]
    let problem = #expect(throws: Problem.self) { try read([good] + bad + Array(repeating: "[]", count: 9)) }
    #expect(problem?.line == 2)
    for line in 3...11 { #expect(problem?.message.contains(" t.jsonl:\(line): ") == true) }
    #expect(problem?.message.hasSuffix("3 more lines have mistakes.") == true)
  }

  @Test(arguments: [
    (#"{"role": "tool", "content": "r"}"#, "must follow"), (#"{"role": "function", "content": "r"}"#, "Write \"tool\""),
    (#"{"role": "assistant", "tool_calls": []}"#, "must be a text"),
  ])
  func messagesWithoutSenseAreRefused(_ message: String, _ part: String) {
    let line =
      #"{"messages": [{"role": "user", "content": "q"}, \#(message), {"role": "assistant", "content": "a"}]}"#
    let problem = #expect(throws: Problem.self) { try read([line]) }
    #expect(problem?.message.contains(part) == true)
  }

  @Test func aMessageThatOnlyCallsToolsIsAnAnswer() throws {
    let line = #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "tool_calls": \#(Self.call)}]}"#
    let row = try #require(try read([line]).first)
    #expect(row.messages.last?.isEmpty == false && row.messages.last?.told.contains("refund") == true)
  }
}
