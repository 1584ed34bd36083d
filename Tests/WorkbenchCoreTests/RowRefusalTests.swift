import Content
import Testing

@testable import Domain

@Suite struct RowRefusalTests {
  private let provider = TrainingBackend.openai(
    ModelSpec(name: "m", api: .endpoint(Endpoint(.chat, baseURLs: ["http://127.0.0.1"], model: "m"))))

  private func row(_ members: JSONObject = [:], answer: JSONObject = [:]) -> TrainingRow {
    TrainingRow(
      .conversation([
        RowMessage(role: .user, content: "q"), RowMessage(role: .assistant, content: "a", members: answer),
      ]),
      members: members, file: "train/a.jsonl", line: 7)
  }

  @Test func aProviderTakesItsOwnMembers() {
    let fine = row(["tools": [["type": "function"]], "id": 3], answer: ["weight": 1, "tool_calls": [["id": "1"]]])
    #expect(provider.refusal(of: fine) == nil)
  }

  @Test(
    arguments: [
      (["weight": 0.5], [:], "`weight`"), ([:], ["reasoning_content": "because"], "`reasoning_content`"),
      ([:], ["weight": 0.5], "only be 0 or 1"), (["documents": [[:]]], [:], "`documents`"),
    ] as [(JSONObject, JSONObject, String)])
  func othersAreRefusedWithLineAndReason(_ members: JSONObject, _ answer: JSONObject, _ part: String) throws {
    let odd = row(members, answer: answer)
    let error = #expect(throws: WorkbenchError.self) { try provider.checkLearns([row(), odd]) }
    let text = error.map { String(describing: $0) } ?? ""
    #expect(text.contains("train/a.jsonl:7") && text.contains(part))
    #expect(TrainingBackend.mlx.refusal(of: odd) == nil)
  }

  @Test func noMoreThanTenRowsAreNamed() {
    let rows = Array(repeating: row(["documents": [[:]]]), count: 12)
    let error = #expect(throws: WorkbenchError.self) { try provider.checkLearns(rows) }
    #expect(error.map { String(describing: $0).contains("2 more rows") } == true)
  }

  @Test func unusedMembersAreNamed() {
    #expect(row(["tools": [["a": 1]], "id": 1, "metadata": [:]]).unused == ["id", "metadata"])
  }
}
