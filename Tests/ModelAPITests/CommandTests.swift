import Content
import Domain
import Foundation
import Synchronization
import TestFolders
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Programs that answer lines of JSON, from the well-behaved to the broken.
struct CommandTests {
  /// A program of the shell: `$line` is the request, `$id` its id.
  private static func shell(_ body: String) -> [String] {
    [
      "sh", "-c",
      "while read -r line; do id=$(printf '%s' \"$line\" | sed 's/^{\"id\":\"\\([^\"]*\\)\".*/\\1/'); \(body)\ndone",
    ]
  }

  private static func request(_ text: String = "hi", _ sampling: Sampling = Sampling()) -> ModelRequest {
    ModelRequest(caseID: "c1", messages: [ChatMessage(role: .user, content: text)], sampling: sampling)
  }

  private func with<Result>(
    _ words: [String], files: [String: String] = [:], timeout: Double = 20, limits: HTTPLimits = HTTPLimits(),
    options: JSONObject = [:], _ body: (any ModelClient, String) async throws -> Result
  ) async throws -> Result {
    let folder = temporaryPath("command")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: folder + "/" + name)) }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let clients = HTTPModelClients(servers: nil, limits: limits) { _ in nil }
    let spec = ModelSpec(name: "m", api: .command(words), timeout: timeout, options: options)
    let client = try clients.client(for: spec, adapter: nil, workspace: folder)
    do {
      let result = try await body(client, folder)
      await clients.shutdown()
      return result
    } catch {
      await clients.shutdown()
      throw error
    }
  }

  private static func failure(_ body: () async throws -> Answer) async -> ModelFailure? {
    do {
      let answer = try await body()
      Issue.record("expected a failure, got \(answer)")
    } catch let failure as ModelFailure {
      return failure
    } catch {
      Issue.record("expected a ModelFailure, got \(error)")
    }
    return nil
  }

  @Test func asksAndReads() async throws {
    // The program sends the request back as its output, so that the test sees it; it finds its file in the workspace.
    let script = """
      import json, sys, os
      assert os.path.exists("model.py")
      for line in sys.stdin:
          asked = json.loads(line)
          print(json.dumps({"id": asked["id"], "output": asked, "finish_reason": "stop",
                            "usage": {"prompt_tokens": 5, "completion_tokens": 2}}), flush=True)
      """
    try await with(["python3", "model.py"], files: ["model.py": script], options: ["top_k": 3]) { client, _ in
      try await client.prepare()
      let sampling = Sampling(temperature: 0, topP: 0.5, maxTokens: 8, seed: 7, stop: ["END"])
      let answer = try await client.ask(Self.request("Say \"hé\"\n作 🦊\u{2028}", sampling), streams: false)
      let asked = try JSONValue(parsing: answer.text)
      let expected: JSONValue = [
        "id": "1", "case": "c1", "messages": [["role": "user", "content": "Say \"hé\"\n作 🦊\u{2028}"]],
        "temperature": 0, "top_p": 0.5, "max_tokens": 8, "seed": 7, "stop": ["END"], "options": ["top_k": 3],
      ]
      #expect(asked.matches(expected))
      #expect(answer.finishReason == "stop" && answer.usage == TokenUsage(prompt: 5, completion: 2))
      #expect(answer.latency > 0 && answer.firstToken == nil)
      let second = try await client.ask(Self.request(), streams: false)
      let secondID = try JSONValue(parsing: second.text)["id"]
      #expect(secondID == "2")
    }
  }

  @Test func manyAtOnceAreToldApart() async throws {
    let script = """
      import json, sys
      held = []
      for line in sys.stdin:
          held.append(json.loads(line))
          if len(held) == 40:
              for asked in reversed(held):
                  print(json.dumps({"id": asked["id"], "output": asked["messages"][0]["content"]}), flush=True)
              held = []
      """
    try await with(["python3", "-c", script]) { client, _ in
      try await client.prepare()
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<40 {
          group.addTask { try await client.ask(Self.request("n\(number)"), streams: false).text == "n\(number)" }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
  }

  @Test func pieces() async throws {
    let body =
      #"printf '{"id":"%s","delta":"one"}\n{"id":"%s","delta":" two"}\n{"id":"%s","output":"one two!"}\n' $id $id $id"#
    try await with(Self.shell(body)) { client, _ in
      let pieces = Pieces()
      let answer = try await client.ask(Self.request(), streams: true) { pieces.add($0) }
      #expect(pieces.all == ["one", " two", "!"] && answer.text == "one two!" && answer.firstToken != nil)
      #expect(try await client.ask(Self.request(), streams: false).text == "one two!")
    }
  }

  @Test func whatIsNoAnswerIsPassedOver() async throws {
    let body =
      #"printf 'Loading …\n\n{"x":1}\n[]\n{"id":"other","output":"no"}\n{"id":%s,"output":{"a":1}}\n' $id; echo note >&2"#
    try await with(Self.shell(body)) { client, _ in
      let text = try await client.ask(Self.request(), streams: false).text
      #expect(text == #"{"a":1}"#)
    }
  }

  @Test(arguments: [
    (#""error":"no such case""#, "rejected", "no such case"), (#""error":{"message":"bad"}"#, "rejected", "bad"),
    (#""error":"later","retry_after":2"#, "busy", "later"), (#""text":"x""#, "malformed", "output"),
  ])
  func errors(_ members: String, _ kind: String, _ text: String) async throws {
    try await with(Self.shell(#"printf '{"id":"%s",\#(members)}\n' $id"#)) { client, _ in
      let failure = await Self.failure { try await client.ask(Self.request(), streams: false) }
      #expect(failure?.kind == kind && failure?.description.contains(text) == true)
      #expect(failure?.retryAfter == (kind == "busy" ? 2 : nil))
    }
  }

  @Test func anEndInTheMiddleIsTold() async throws {
    let body =
      #"[ -e died ] && printf '{"id":"%s","output":"back"}\n' $id || { touch died; echo 'Oh no: é' >&2; exit 3; }"#
    try await with(Self.shell(body)) { client, _ in
      try await client.prepare()
      let failure = await Self.failure { try await client.ask(Self.request(), streams: false) }
      #expect(failure?.kind == "unavailable")
      #expect(failure?.description.contains("exit status 3") == true)
      #expect(failure?.description.hasSuffix("Oh no: é") == true)
      // Until it is made ready again it isn't started behind anybody's back.
      #expect(await Self.failure { try await client.ask(Self.request(), streams: false) } == failure)
      try await client.prepare()
      #expect(try await client.ask(Self.request(), streams: false).text == "back")
    }
  }

  @Test func aProgramThatIsNotThere() async throws {
    for words in [["./gone"], ["no-such-program-anywhere", "x"]] {
      try await with(words) { client, _ in
        let error = await #expect(throws: ModelFailure.self) { try await client.prepare() }
        #expect(error?.kind == "rejected" && error?.description.contains("assay.yaml") == true)
        let failure = await Self.failure { try await client.ask(Self.request(), streams: false) }
        #expect(failure == error)
      }
    }
  }

  @Test func aRequestHasATimeLimit() async throws {
    // The first is never answered; the program isn't ended for that, because it has answered another.
    let body = #"case "$line" in *slow*) ;; *) printf '{"id":"%s","output":"%s"}\n' $id $$;; esac"#
    try await with(Self.shell(body), timeout: 4) { client, _ in
      let process = try await client.ask(Self.request(), streams: false).text
      async let slow = Self.failure { try await client.ask(Self.request("slow"), streams: false) }
      try await Task.sleep(for: .milliseconds(300))
      #expect(try await client.ask(Self.request(), streams: false).text == process)
      let failure = await slow
      #expect(failure?.kind == "unavailable" && failure?.description.contains("4 s") == true)
      try await client.prepare()
      #expect(try await client.ask(Self.request(), streams: false).text == process)
    }
  }

  @Test func aProgramThatSaysNothingIsStartedAgain() async throws {
    // It reads nothing, and the request is longer than a pipe holds.
    let words = [
      "sh", "-c", "[ -e hung ] && exec sed -u 's/.*/{\"id\":\"2\",\"output\":\"back\"}/'; touch hung; exec sleep 600",
    ]
    try await with(words, timeout: 3) { client, _ in
      let long = String(repeating: "x", count: 1 << 20)
      let failure = await Self.failure { try await client.ask(Self.request(long), streams: false) }
      #expect(failure?.kind == "unavailable")
      try await client.prepare()
      #expect(try await client.ask(Self.request(), streams: false).text == "back")
    }
  }

  @Test func aCancelledRequestIsDropped() async throws {
    let body =
      #"case "$line" in *held*) old=$id; touch came;; *) printf '{"id":"%s","output":"late"}\n{"id":"%s","output":"b"}\n' $old $id;; esac"#
    try await with(Self.shell(body)) { client, folder in
      let task = Task { try await client.ask(Self.request("held"), streams: false) }
      while !FileManager.default.fileExists(atPath: folder + "/came") { try await Task.sleep(for: .milliseconds(10)) }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(try await client.ask(Self.request(), streams: false).text == "b")
    }
  }

  @Test func linesAndPiecesAreBounded() async throws {
    var limits = HTTPLimits()
    limits.bodyBytes = 100_000
    try await with(["sh", "-c", "read line; yes x | tr -d '\\n'"], limits: limits) { client, _ in
      let failure = await Self.failure { try await client.ask(Self.request(), streams: false) }
      #expect(failure?.kind == "rejected" && failure?.description.contains("100000 bytes") == true)
    }
    let pieces = #"read line; while :; do echo '{"id":"1","delta":"0123456789012345678901234567890123456789"}'; done"#
    try await with(["sh", "-c", pieces], limits: limits) { client, _ in
      let failure = await Self.failure { try await client.ask(Self.request(), streams: true) }
      #expect(failure?.kind == "rejected")
    }
  }

  @Test func itsErrorsAreBounded() async throws {
    try await with(["sh", "-c", "read line; yes é | tr -d '\\n' | head -c 9999999 >&2; exit 1"]) { client, _ in
      let failure = await Self.failure { try await client.ask(Self.request(), streams: false) }
      #expect((failure?.description.count ?? 0) < 600)
    }
  }

  @Test func itEndsWhenNobodyNeedsIt() async throws {
    let folder = temporaryPath("command")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func ask(_ words: [String]) async throws {
      let process = CommandProcess(words, in: folder, limits: HTTPLimits(), grace: .milliseconds(200))
      let client = CommandClient(process: process, options: [:], timeout: 120)
      _ = try await client.ask(Self.request(), streams: false)
    }
    func wait(for name: String) async throws {
      for _ in 0..<1000 where !FileManager.default.fileExists(atPath: folder + "/" + name) {
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(FileManager.default.fileExists(atPath: folder + "/" + name))
    }
    var words = Self.shell(#"printf '{"id":"%s","output":"a"}\n' $id"#)
    words[2] += "; touch input-ended"
    try await ask(words)
    try await wait(for: "input-ended")
    // One that doesn't care about its input is asked to end.
    let deaf = #"trap 'touch asked; exit' TERM; read line; echo '{"id":1,"output":"a"}'; while :; do sleep 0.1; done"#
    try await ask(["sh", "-c", deaf])
    try await wait(for: "asked")
  }

  @Test func clientsOfOneCommandShareTheProgram() async throws {
    let clients = HTTPModelClients(servers: nil) { _ in nil }
    let spec = ModelSpec(name: "m", api: .command(Self.shell(#"printf '{"id":"%s","output":"%s"}\n' $id $$"#)))
    let one = try clients.client(for: spec, adapter: nil, workspace: "/")
    let two = try clients.client(for: spec, adapter: nil, workspace: "/")
    let first = try await one.ask(Self.request(), streams: false).text
    #expect(try await two.ask(Self.request(), streams: false).text == first)
    await clients.shutdown()
    #expect(await Self.failure { try await one.ask(Self.request(), streams: false) }?.kind == "unavailable")
  }
}
