import Content
import Domain
import Formats
import Testing

@testable import WorkbenchCore

@Suite struct CaseImportTests {
  private func one(
    _ text: String, expected: JSONValue? = nil, id: String? = nil, line: Int = 1, metadata: JSONObject = [:]
  ) -> ImportCase {
    var one = ImportCase(line: line)
    one.input = ["text": .string(text)]
    one.expected = expected
    one.id = id
    one.metadata = metadata
    return one
  }

  @Test func copiesFallAwayAndIDsAreDistinct() throws {
    var work = CaseImport(ImportRequest(set: "s"))
    let cases = try work.chosen([
      one("a", id: "1"), one("a", id: "2"), one("b", id: "1"), one("c"), one("d", id: "bad\u{1}id"),
      one("a", expected: "x"),
    ])
    #expect(work.report.duplicates == 1)
    let existing = EvalCase(id: "1", input: ["text": "z"])
    let known = EvalCase(id: "9", input: ["text": "c"])
    let lines = try work.lines(cases, besides: [existing, known]).map { try JSONValue(parsing: $0) }
    #expect(work.report.duplicates == 2)
    #expect(lines.count == 4)
    #expect(lines[0]["id"] == "1-2")
    #expect(lines[1]["id"] == "1-3")
    #expect(lines[2]["id"]?.string?.hasPrefix("case-") == true)
    #expect(work.report.renamed == 2)
    // What was written is known the next time.
    let written = try lines.map { line in
      EvalCase(id: try #require(line["id"]?.string), input: try #require(line["input"]), expected: line["expected"])
    }
    var again = CaseImport(ImportRequest(set: "s"))
    #expect(again.lines(cases, besides: [existing, known] + written).isEmpty)
  }

  @Test func aConversationInTheWorkspaceIsTheSameCase() throws {
    var chat = ImportCase(line: 1)
    chat.messages = [["role": "user", "content": "q"]]
    chat.tools = [["type": "function"]]
    chat.expected = "a"
    let known = EvalCase(
      id: "x", input: ["messages": [["role": "user", "content": "q"]], "tools": [["type": "function"]]], expected: "a")
    #expect(CaseImport.key(chat) == CaseImport.key(known))
  }

  @Test func personalDataIsMaskedEverywhere() throws {
    var sent = one("Write to ann@corp.de or call +49 30 1234567.", expected: ["mail": "ann@corp.de"], id: "ann@corp.de")
    sent.group = "ann@corp.de"
    sent.metadata = ["from": ["ann@corp.de"], "card": 4_111_111_111_111_111]
    sent.tag("ann@corp.de")
    var work = CaseImport(ImportRequest(set: "s", personal: .mask))
    let masked = try #require(try work.chosen([sent]).first)
    let line = JSONValue.object(masked.json(id: "x")).text()
    #expect(!line.contains("ann@") && !line.contains("1234567") && !line.contains("4111"), "\(line)")
    #expect(masked.input["text"] == "Write to [email] or call [phone].")
    #expect(masked.id == nil)
    #expect(masked.group?.hasPrefix("group-") == true)
    #expect(work.report.personalCases == 1)
    var keeping = CaseImport(ImportRequest(set: "s"))
    #expect(try keeping.chosen([sent]) == [sent])
    #expect(keeping.report.personal?.contains("e-mail") == true)
    var refusing = CaseImport(ImportRequest(set: "s", personal: .refuse))
    #expect { try refusing.chosen([one("fine"), sent]) } throws: { error in
      let text = String(describing: error)
      return text.contains("Nothing was imported") && text.contains("line 1") && !text.contains("ann@corp.de")
    }
  }

  @Test func privateKeysAreMaskedToTheirEnd() throws {
    var work = CaseImport(ImportRequest(set: "s", personal: .mask))
    let key = "a -----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----\nb"
    #expect(try work.chosen([one(key)]).first?.input["text"] == "a [secret]\nb")
  }

  @Test func nearCopiesOfALogBecomeOneWithTheirNumber() throws {
    let text = "Hello, where is my parcel that I ordered on Monday from your shop, please tell me soon"
    let cases = [one(text), one(text + "!"), one(text.uppercased()), one("How do I reset my password for the app?")]
    var work = CaseImport(ImportRequest(set: "s", collapses: true))
    let left = try work.chosen(cases)
    #expect(left.count == 2)
    #expect(left[0].weight == 3)
    #expect(left[1].weight == nil)
  }

  @Test func aSampleTakesRareValuesToo() throws {
    let cases = (0..<50).map { one("t\($0)", line: $0, metadata: ["model": $0 < 2 ? "rare" : "usual"]) }
    func sample(_ count: Int, _ by: [String]) throws -> [ImportCase] {
      var work = CaseImport(ImportRequest(set: "s", sample: count, sampleBy: by))
      let chosen = try work.chosen(cases)
      #expect(work.report.unsampled == 50 - chosen.count)
      return chosen
    }
    let chosen = try sample(6, ["model"])
    #expect(chosen.count == 6)
    #expect(chosen.count { $0.metadata["model"] == "rare" } == 2)
    #expect(try sample(6, ["model"]) == chosen)
    #expect(chosen.map(\.line) == chosen.map(\.line).sorted())
    #expect(try sample(7, []).count == 7)
  }
}

@Suite struct ConversationTests {
  private func version(_ sections: (role: MessageRole, body: String)...) -> PromptVersion {
    PromptVersion(
      prompt: "p", parts: sections.map { PromptVersion.Part(title: "t", role: $0.role, body: $0.body) })
  }

  private let chat: JSONValue = [
    "name": "Ann",
    "messages": [
      ["role": "user", "content": "hi"], ["role": "assistant", "content": "hello"],
      ["role": "user", "content": [["type": "text", "text": "refund?"]]],
    ],
  ]

  @Test func aHistorySectionSendsTheCasesMessages() throws {
    let sent = try version((.system, "Help {{ name }}."), (.history, ""), (.user, "Be short.")).messages(for: chat)
    #expect(sent.map(\.role) == [.system, .user, .assistant, .user, .user])
    #expect(sent.map(\.content) == ["Help Ann.", "hi", "hello", "refund?", "Be short."])
    #expect(try version((.system, "s"), (.history, "")).messages(for: ["a": 1]).count == 1)
  }

  @Test func aConversationIsNeverLeftOutOrSentAsText() {
    func refusal(_ version: PromptVersion, _ input: JSONValue) -> String {
      do {
        _ = try version.messages(for: input)
        return ""
      } catch { return String(describing: error) }
    }
    #expect(refusal(version((.system, "s")), chat).contains("role: history"))
    #expect(refusal(version((.user, "{{ messages }}")), chat).contains("role: history"))
    #expect(refusal(version((.history, ""), (.user, "{{ messages }}")), chat).contains("a slot holds text"))
    #expect(refusal(version((.history, ""), (.system, "s"), (.history, "")), chat).contains("2 sections"))
    #expect(refusal(version((.history, "text")), chat).contains("text of its own"))
    let calls: JSONValue = [
      "messages": [
        ["role": "user", "content": "q"],
        ["role": "assistant", "content": .null, "tool_calls": [["id": "c", "function": ["name": "f"]]]],
        ["role": "tool", "content": "1"],
      ]
    ]
    #expect(refusal(version((.history, "")), calls).isEmpty)
    let alien: JSONValue = ["messages": [["role": "alien", "content": "q"]]]
    #expect(refusal(version((.history, "")), alien).contains("\"alien\""))
    let empty: JSONValue = ["messages": [["role": "user", "content": .null]]]
    #expect(refusal(version((.history, "")), empty).contains("neither content nor calls"))
    let answered: JSONValue = ["messages": [["role": "user", "content": "q"], ["role": "assistant", "content": "a"]]]
    #expect(refusal(version((.history, "")), answered).contains("ends with an answer"))
  }

  @Test func whatIsMoreThanTextIsSentAsItStands() throws {
    let call: JSONValue = [
      "role": "assistant", "content": .null,
      "tool_calls": [["id": "c", "type": "function", "function": ["name": "f"]]],
    ]
    let result: JSONValue = ["role": "tool", "tool_call_id": "c", "content": "5"]
    let image: JSONValue = ["role": "user", "content": [["type": "image_url", "image_url": ["url": "data:"]]]]
    let plain: JSONValue = ["role": "user", "content": "q", "weight": 1]
    let input: JSONValue = ["messages": [plain, call, result, image], "tools": [["type": "function"]]]
    let sent = try version((.history, "")).messages(for: input)
    #expect(sent.map(\.role) == [.user, .assistant, .tool, .user])
    #expect(sent.map(\.json) == [["role": "user", "content": "q"], call, result, image])
    #expect(Conversation(in: input)?.tools == [["type": "function"]])
    // Rows made of it keep it.
    #expect(sent.map { RowMessage($0) }[1].toolCalls == call["tool_calls"])
    #expect(RowMessage(sent[2]).members["tool_call_id"] == "c")
    #expect(RowMessage(sent[3]).json["content"]?.array?.count == 1)
  }

  @Test func callsOfAnAnswerBecomeCallsOfARow() {
    let row = RowMessage.answerCalling("Let me look.\n" + #"[{"name":"f","arguments":{"a":1}}]"#)
    #expect(row.content == "Let me look.")
    #expect(row.toolCalls?[0]?["function"] == ["name": "f", "arguments": #"{"a":1}"#])
    #expect(RowMessage.answerCalling("[1]") == .answer("[1]"))
    #expect(RowMessage.answerCalling("text") == .answer("text"))
  }

  @Test func otherValuesCalledMessagesAreText() throws {
    for value: JSONValue in ["text", ["a", "b"], [], [["content": "x"]]] {
      #expect(try version((.user, "{{ messages }}")).messages(for: ["messages": value]).count == 1)
    }
  }

  @Test func aHistorySectionMakesAnotherVersion() {
    #expect(version((.system, "s")).hash != version((.system, "s"), (.history, "")).hash)
  }
}
