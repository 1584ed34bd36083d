import Domain
import Foundation
import Synchronization
import Testing
import WorkbenchCore

@testable import ModelAPI

struct ReplayTests {
  private func recording(_ text: String) throws -> Recording { try Recording(Array(text.utf8), name: "recorded.jsonl") }

  @Test func readsLines() throws {
    let recording = try recording(
      """
      \u{FEFF}{"id": "a", "output": "one"}\r
      \u{20}
      {"id": 7, "output": {"label": "x"}, "usage": {"prompt_tokens": 3}, "latency": 1.5, "first_token": 0.5, "finish_reason": "stop"}
      {"id": "c", "output": "", "latency_ms": 250}
      {"id": "a", "output": "one"}
      """)
    #expect(recording.count == 3)
    #expect(recording.answer(to: "a", lastMessage: "")?.text == "one")
    #expect(
      recording.answer(to: "7", lastMessage: "")
        == Answer(
          text: #"{"label":"x"}"#, finishReason: "stop", usage: TokenUsage(prompt: 3), latency: 1.5, firstToken: 0.5))
    #expect(recording.answer(to: "c", lastMessage: "")?.latency == 0.25)
    #expect(recording.answer(to: "d", lastMessage: "") == nil)
  }

  @Test func choosesByWhatIsAsked() throws {
    let recording = try recording(
      """
      {"id": "a", "match": "first", "output": "one"}
      {"id": "a", "output": "any"}
      {"id": "a", "match": "second", "output": "two"}
      {"id": "a", "match": "second", "output": "two"}
      {"id": "b", "match": "x", "output": "only x"}
      """)
    #expect(recording.answer(to: "a", lastMessage: "the second one")?.text == "two")
    #expect(recording.answer(to: "a", lastMessage: "first and second")?.text == "one")
    #expect(recording.answer(to: "a", lastMessage: "something else")?.text == "any")
    #expect(recording.answer(to: "b", lastMessage: "y") == nil && recording.contains("b"))
  }

  @Test(arguments: [
    (#"{"id": "a", "output": "x"}"# + "\n{", "line 2"), (#"{"output": "x"}"#, "line 1: expected an object with an id"),
    (#"{"id": "a", "match": "", "output": "x"}"#, "\"match\" must be a text"),
    (#"{"id": "a", "match": 3, "output": "x"}"#, "\"match\" must be a text"),
    (
      #"{"id": "a", "match": "m", "output": "x"}"# + "\n" + #"{"id": "a", "match": "m", "output": "y"}"#,
      "line 2: the case a has another output in line 1"
    ),
    (#"{"id": "a"}"#, "has no output"), ("7", "line 1"), (#"{"id": "a", "output": "x"} {}"#, "line 1"),
    (
      #"{"id": "a", "output": "x"}"# + "\n\n" + #"{"id": "a", "output": "y"}"#,
      "line 3: the case a has another output in line 1"
    ),
  ])
  func namesTheLine(_ text: String, _ sentence: String) {
    let failure = #expect(throws: ModelFailure.self) { try recording(text) }
    #expect(failure?.kind == "rejected")
    #expect(failure?.description.contains("recorded.jsonl") == true)
    #expect(failure?.description.contains(sentence) == true, "\(failure?.description ?? "")")
  }

  @Test func refusesWhatIsNotUTF8() {
    #expect(throws: ModelFailure.self) { try Recording([0xFF, 0xFE], name: "r") }
  }

  @Test func answersFromAFileThatIsReadOnce() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "replay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "recorded.jsonl")
    let clients = HTTPModelClients(servers: nil) { _ in nil }
    let spec = ModelSpec(name: "recorded", api: .replay(file: "recorded.jsonl"))
    func client() throws -> any ModelClient { try clients.client(for: spec, adapter: nil, workspace: folder.path) }
    func request(_ id: String) -> ModelRequest { ModelRequest(caseID: id, messages: [], sampling: Sampling()) }

    let early = try client()
    var failure = await #expect(throws: ModelFailure.self) { try await early.prepare() }
    #expect(failure?.description.contains("recorded.jsonl") == true)
    #expect(failure?.description.contains(folder.path) == false)

    try Data(#"{"id": "a", "output": "one"}"#.utf8).write(to: file)
    let replay = try client()
    try await replay.prepare()
    try Data().write(to: file)
    let pieces = Pieces()
    #expect(try await replay.answer(request("a")) { pieces.add($0) }.text == "one")
    #expect(pieces.all == ["one"])
    failure = await #expect(throws: ModelFailure.self) { try await replay.answer(request("b"), onText: nil) }
    #expect(failure?.kind == "rejected")
    #expect(failure?.description.contains("case b") == true)
    #expect(await replay.tokenCounts(of: ["a"]) == nil)
    // An adapter says whose answers are recorded.
    _ = try clients.client(for: spec, adapter: "x", workspace: "/")
    await clients.shutdown()
  }
}
