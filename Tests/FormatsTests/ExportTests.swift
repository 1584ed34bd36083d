import Content
import Testing

@testable import Formats

/// What is written and read again is the same case, or the report says what is lost.
@Suite struct ExportTests {
  private static func one(
    _ id: String, _ input: JSONObject = [:], messages: [JSONValue]? = nil, expected: JSONValue? = nil,
    tools: JSONValue? = nil
  ) -> ImportCase {
    var one = ImportCase(line: 0)
    one.id = id
    one.input = input
    one.messages = messages
    one.expected = expected
    one.tools = tools
    return one
  }

  private static let conversation: [JSONValue] = [
    ["role": "system", "content": "s"], ["role": "user", "content": "q \"1\"\n"],
    [
      "role": "assistant", "content": .null,
      "tool_calls": [["id": "call_1", "type": "function", "function": ["name": "f", "arguments": #"{"a":1}"#]]],
    ], ["role": "tool", "content": "5"],
  ]

  /// Cases that each format takes whole.
  private static let whole: [(ExportFormat, [ImportCase])] = [
    (
      .csv,
      [one("a", ["x": "1,5 \"q\"\nnext", "y": " "], expected: "é;"), one("b", ["x": "2", "y": "z"], expected: "e")]
    ),
    (.tsv, [one("a", ["x": "tab\there", "y": "|"], expected: "k")]),
    (
      .jsonl,
      [
        one("a", ["x": ["k": [1, .null]]], expected: ["l": 1]),
        one("b", messages: conversation, expected: "a", tools: [[:]]),
      ]
    ),
    (
      .chat,
      [
        one("a", messages: conversation, expected: "done", tools: [["name": "f"]]),
        one("b", messages: [["role": "user", "content": "q"]], expected: [["name": "f", "arguments": ["a": 1]]]),
        one("c", messages: [["role": "user", "content": "q"]]),
      ]
    ),
    (
      .promptfoo,
      [one("a", ["x": "t: - {", "n": 5], expected: "y"), one("b", ["x": "2", "n": ["a", "b"]], expected: ["k": 1])]
    ),
    (
      .openaiEvals,
      [
        one("a", ["input": "q"], expected: ["x", "y"]),
        one("b", messages: [["role": "user", "content": "q"]], expected: "z"),
      ]
    ),
    (
      .inspect,
      [
        one("a", ["input": "q", "choices": ["x", "y"]], expected: "A"),
        one("b", messages: conversation, expected: ["p", "q"]),
      ]
    ),
    (.alpaca, [one("a", ["instruction": "i", "input": ""], expected: "o")]),
    (
      .sharegpt,
      [
        one(
          "a", messages: [["role": "system", "content": "s"], ["role": "user", "content": "q"]], expected: "done",
          tools: [["name": "f"]])
      ]
    ),
    (.trl, [one("a", ["prompt": "p"], expected: "c"), one("b", messages: conversation, expected: "done")]),
  ]

  @Test(arguments: ExportFormat.allCases) func whatIsWrittenReadsTheSame(format: ExportFormat) throws {
    let cases = try #require(Self.whole.first { $0.0 == format }?.1)
    let written = CaseExporter(format).export(cases)
    #expect(written.refused.isEmpty, "\(written.refused)")
    #expect(written.written == cases.count)
    let name = ["csv": "x.csv", "tsv": "x.tsv", "promptfoo": "x.yaml"][format.rawValue] ?? "x.jsonl"
    let output = try imported(written.text, named: name)
    #expect(output.failures.isEmpty, "\(output.failures) \(written.text)")
    #expect(output.cases.map(\.identity) == cases.map(\.identity), "\(written.text) \(output.lines)")
  }

  @Test func whatHasNoPlaceIsRefusedWithItsReason() {
    let chat = Self.one("c", messages: Self.conversation, expected: "a")
    let slots = Self.one("s", ["x": "1", "y": "2"], expected: "a")
    let object = Self.one("o", ["x": "1"], expected: ["k": 1])
    for (format, one) in [
      (ExportFormat.csv, chat), (.promptfoo, chat), (.alpaca, chat), (.chat, slots), (.chat, object), (.trl, slots),
      (.openaiEvals, slots), (.inspect, object), (.alpaca, object), (.sharegpt, Self.one("n", ["x": "1"])),
    ] {
      let written = CaseExporter(format).export([one])
      #expect(written.written == 0)
      #expect(written.refused.map(\.id) == [one.id ?? ""], "\(format)")
    }
  }

  @Test func whatIsLostIsSaid() {
    var one = Self.one("a", ["question": "q"], expected: "a")
    one.group = "g"
    one.metadata = ["m": 1]
    #expect(CaseExporter(.openaiEvals).export([one]).lost == ["ids", "groups", "metadata", "the name of the slot"])
    #expect(CaseExporter(.csv).export([one]).lost == ["metadata"])
    #expect(CaseExporter(.jsonl).export([one]).lost.isEmpty)
  }
}
