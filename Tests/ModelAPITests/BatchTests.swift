import Content
import Domain
import Foundation
import LoopbackServer
import NIOCore
import Synchronization
import Testing
import WorkbenchCore

@testable import ModelAPI

extension OpenAIBatchService {
  /// Both steps of handing in.
  fileprivate func submit(_ requests: [BatchRequest], label: String) async throws -> String {
    try await begin(file: try await upload(requests[...]), label: label)
  }
}

/// OpenAI's Batch API, against a mock that answers out of order and not always.
struct BatchTests {
  private typealias Requests = [(id: String, request: ModelRequest)]

  private static func requests(_ count: Int) -> Requests {
    (0..<count).map { number in
      let messages = [ChatMessage(role: .user, content: "question \(number) é作🦊\r\n--")]
      return ("case \(number)", ModelRequest(caseID: "\(number)", messages: messages, sampling: Sampling(maxTokens: 9)))
    }
  }

  /// Runs `body` with a service on a mock; every seventh request fails.
  private func with(
    _ course: MockBatches.Course = MockBatches.Course(),
    _ body: (OpenAIBatchService<ChatRequest>, MockBatches) async throws -> Void
  ) async throws {
    let mock = MockBatches(course: course) { body, id in
      if (Int(id.dropFirst(5)) ?? 0) % 7 == 3 { return (429, ["error": ["message": "Slow down"]]) }
      return (
        200, chatJSON("to \(body["messages"]?[0]?["content"]?.string ?? "")", ChatUsage(prompt: 3, completion: 2))
      )
    }
    try await MockServer.with({ await mock.reply(to: $0) ?? chat("live") }) { server in
      let clients = HTTPModelClients(servers: nil) { $0 == "K" ? "sk-1" : nil }
      let endpoint = Endpoint(.chat, baseURLs: [server.url + "/v1"], model: "m", keyEnvironment: "K")
      let client = try clients.client(
        for: ModelSpec(name: "m", api: .endpoint(endpoint), timeout: 120), adapter: nil, workspace: "/")
      let service = try #require(client.batches as? OpenAIBatchService<ChatRequest>)
      do {
        try await body(service, mock)
      } catch {
        await clients.shutdown()
        throw error
      }
      await clients.shutdown()
    }
  }

  @Test func handsInAndJoinsAnswers() async throws {
    try await with { service, mock in
      let batch = try await service.submit(Self.requests(30), label: "run 7")
      #expect(batch == "batch_1")
      let file = try #require(await mock.contents["file-1"])
      let first = try #require(file.split(separator: 0x0A).first.flatMap { try? JSONValue(parsing: $0) })
      #expect(first["custom_id"] == "case 0" && first["method"] == "POST" && first["url"] == "/v1/chat/completions")
      #expect(first["body"]?["model"] == "m" && first["body"]?["max_tokens"] == 9 && first["body"]?["stream"] == false)

      var status = try await service.status(of: batch)
      #expect(status == BatchStatus(word: "in_progress", isOver: false, total: 30))
      status = try await service.status(of: batch)
      #expect(status == BatchStatus(word: "completed", isOver: true, total: 30, completed: 26, failed: 4))

      let answers = try await service.answers(of: batch)
      #expect(answers.count == 30 && answers[0].id == "case 29")
      for (id, answer) in answers {
        let number = try #require(Int(id.dropFirst(5)))
        switch answer {
        case .success(let answer):
          #expect(answer.text == "to question \(number) é作🦊\r\n--")
          #expect(answer.usage == TokenUsage(prompt: 3, completion: 2))
          #expect(answer.finishReason == "stop")
        case .failure(let failure):
          #expect(number % 7 == 3 && failure.kind == "busy" && failure.description.contains("Slow down"))
        }
      }
    }
  }

  @Test func oneThatExpiresHasSomeAnswers() async throws {
    var course = MockBatches.Course()
    course.looks = 0
    course.ending = "expired"
    course.share = 0.5
    try await with(course) { service, _ in
      let batch = try await service.submit(Self.requests(10), label: "a")
      let status = try await service.status(of: batch)
      #expect(status.isOver && status.word == "expired" && status.failure == nil)
      let ids = try await service.answers(of: batch).map(\.id)
      #expect(ids.sorted() == (0..<5).map { "case \($0)" })
      let found = try await service.find(label: "a", file: nil)
      #expect(found == batch)
    }
  }

  @Test func oneThatFailsSaysWhy() async throws {
    var course = MockBatches.Course()
    course.looks = 0
    course.ending = "failed"
    try await with(course) { service, _ in
      let batch = try await service.submit(Self.requests(2), label: "a")
      let status = try await service.status(of: batch)
      #expect(status.isOver && status.failure == "Line 1 can't be read.")
      let answers = try await service.answers(of: batch)
      #expect(answers.isEmpty)
      #expect(try await service.find(label: "a", file: nil) == nil)
    }
  }

  @Test func isFoundByItsLabelOnAnyPage() async throws {
    var course = MockBatches.Course()
    course.page = 3
    try await with(course) { service, _ in
      #expect(try await service.find(label: "l0", file: nil) == nil)
      for number in 0..<10 { _ = try await service.submit(Self.requests(1), label: "l\(number % 5)") }
      for number in 0..<5 { #expect(try await service.find(label: "l\(number)", file: nil) == "batch_\(number + 6)") }
      try await service.cancel("batch_6")
      #expect(try await service.find(label: "l0", file: nil) == "batch_1")
      #expect(try await service.status(of: "batch_6").isOver)
      try await service.cancel("batch_6")  // once more is no failure
      await #expect(throws: ModelFailure.self) { try await service.cancel("batch_99") }
    }
  }

  @Test func noBatchHasMoreBytesThanAFileMay() async throws {
    try await with { service, mock in
      var service = service
      service.fileBytes = 1000
      var rest = Self.requests(20)[...]
      while !rest.isEmpty {
        let count = try service.fitting(rest)
        _ = try await service.upload(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      let contents = await mock.contents
      #expect(contents.count > 2)
      for (_, bytes) in contents { #expect(bytes.count <= 1000) }
      let ids = contents.values.flatMap { $0.split(separator: 0x0A) }.compactMap {
        (try? JSONValue(parsing: $0))?["custom_id"]?.string
      }
      #expect(ids.sorted() == (0..<20).map { "case \($0)" }.sorted())
      service.fileBytes = 50
      #expect(throws: ModelFailure.self) { try service.fitting(Self.requests(1)[...]) }
    }
  }

  /// A provider that keeps no labels still says which file a batch is of.
  @Test func isFoundByItsFileWhereLabelsAreNotKept() async throws {
    try await with { service, _ in
      let file = try await service.upload(Self.requests(2)[...])
      let batch = try await service.begin(file: file, label: "a")
      #expect(try await service.find(label: "other", file: file) == batch)
      #expect(try await service.find(label: "other", file: "file-99") == nil)
    }
  }

  @Test func refusesWhatCannotBe() async throws {
    try await with { service, _ in
      await #expect(throws: ModelFailure.self) { try await service.submit([], label: "a") }
      let long = String(repeating: "x", count: 513)
      await #expect(throws: ModelFailure.self) { try await service.submit(Self.requests(1), label: long) }
      for name in ["", "../files", "a,b", "a b", "é", "a?x=1"] {
        await #expect(throws: ModelFailure.self) { try await service.status(of: name) }
      }
    }
  }

  @Test func answersAreBounded() async throws {
    try await with { service, mock in
      let batch = try await service.submit(Self.requests(5), label: "a")
      for _ in 0..<2 { _ = try await service.status(of: batch) }
      var small = service
      small.answerBytes = 500
      await #expect(throws: ModelFailure.self) { try await small.answers(of: batch) }
      await mock.replace("file-2", with: [UInt8](repeating: 0x78, count: 17 << 20))
      let failure = await #expect(throws: ModelFailure.self) { try await service.answers(of: batch) }
      #expect(failure?.kind == "rejected")
    }
  }

  // MARK: Lines

  private func lines(_ text: String, cutEvery size: Int = .max) throws -> [String] {
    var lines = BatchLines<ChatReply>(peer: Peer(name: "s"), longest: 1000, keyVariable: nil)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      try lines.feed(rest.prefix(size))
      rest = rest.dropFirst(size)
    }
    return try lines.finish().map { id, answer in
      switch answer {
      case .success(let answer): "\(id)=\(answer.text)"
      case .failure(let failure): "\(id)!\(failure.kind)"
      }
    }
  }

  @Test func linesMayBeCutAnywhereAndBeWrong() throws {
    let good = #"{"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":{"content":"é"}}]}}}"#
    let text = [
      good, "", "{", #"{"response":{}}"#, #"{"custom_id":"b"}"#, #"{"custom_id":"c","response":{"status_code":200}}"#,
      #"{"custom_id":"d","response":{"status_code":200,"body":{"choices":[]}}}"#,
      #"{"custom_id":"e","response":null,"error":{"code":"server_error","message":"m"}}"#,
      #"{"custom_id":"f","response":null,"error":{"code":"batch_expired","message":"m"}}"#,
      #"{"custom_id":"g","response":{"status_code":400,"body":{"error":{"message":"m"}}}}"#,
      #"{"custom_id":"h","response":{"status_code":"x","body":7}}"#, good.replacing("\"a\"", with: "\"z\""),
    ].joined(separator: "\r\n")
    let expected = [
      "a=é", "b!malformed", "c!malformed", "d=", "e!unavailable", "g!rejected", "h!malformed", "z=é",
    ]
    for size in [1, 2, 7, 64, .max] { #expect(try lines(text, cutEvery: size) == expected) }
    #expect(try lines("") == [])
    #expect(throws: ModelFailure.self) { try lines("<html>\n</html>") }
    #expect(throws: ModelFailure.self) { try lines(String(repeating: "x", count: 1001)) }
  }

  @Test func theBoundaryOccursNowhere() {
    let drawn = Mutex(["aab", "aa", "b", "c"])
    let form = MultipartForm(fields: [], fileName: "f", file: ByteBuffer(string: "aaab")) {
      drawn.withLock { $0.removeFirst() }
    }
    #expect(form.contentType == "multipart/form-data; boundary=c")
    #expect(String(buffer: form.body).hasSuffix("\r\n\r\naaab\r\n--c--\r\n"))
  }
}
