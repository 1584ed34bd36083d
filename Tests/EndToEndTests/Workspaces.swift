import Content
import Foundation
import LoopbackServer
import Synchronization
import Testing

/// The demo workspace, made short.
enum Demo {
  /// Copies it without what was worked out in it, with a few cases and a few steps.
  static func copy(to folder: String, cases: Int = 12, steps: Int = 20) throws {
    let files = FileManager.default
    let source = Place.root + "/workspaces/support-triage"
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["prompts", "model", "train"] {
      try files.copyItem(atPath: source + "/" + name, toPath: folder + "/" + name)
    }
    try keep(cases, of: source + "/evals/main.jsonl", in: folder + "/evals/main.jsonl")
    try keep(3, of: source + "/evals/general.jsonl", in: folder + "/evals/general.jsonl")
    var config = text(of: source + "/assay.yaml")
    for (pattern, line) in [("steps: [0-9]+", "steps: \(steps)"), ("evaluate_every: [0-9]+", "evaluate_every: 10")] {
      let changed = config.replacingOccurrences(of: "(?m)^  " + pattern, with: "  " + line, options: .regularExpression)
      try #require(changed != config, "assay.yaml of the demo has no line \(pattern)")
      config = changed
    }
    try write(config, to: folder + "/assay.yaml")
  }

  private static func keep(_ count: Int, of source: String, in target: String) throws {
    let lines = text(of: source).split(separator: "\n").prefix(count)
    try write(lines.map { $0 + "\n" }.joined(), to: target)
  }
}

/// A workspace in exactly the format that the README promises, on a model behind HTTP.
struct MockWorkspace {
  var folder: String
  /// How many cases its eval set has.
  var cases: Int

  /// Writes it.
  init(in folder: String, port: Int, cases: Int, concurrency: Int = 64, graders: String = MockWorkspace.byLabel) throws
  {
    self.folder = folder
    self.cases = cases
    let config = """
      name: bar
      models:
        mock:     { api: openai, base_url: "http://127.0.0.1:\(port)/v1", model: mock-small, key_env: MOCK_KEY, concurrency: \(concurrency) }
        recorded: { api: replay, file: recorded.jsonl }        # lines of {"id": …, "output": …}
        tiny:     { api: mlx, path: model }                    # the local engine; a folder or a hub id
      prompts:
        main: prompts/main                                     # 10-task.md, 80-query.md with {{ ticket }}, …
      eval_sets:
        main: evals/main.jsonl                                 # {"id", "input": {"ticket": …}, "expected": {"label": …}, "tags": […]}
      graders:
        - \(graders)
      variants:
        base:  { model: mock, prompt: main, temperature: 0, max_tokens: 32 }
        tuned: { model: tiny, prompt: main, adapter: .assay/jobs/3/best }
        replayed: { model: recorded, prompt: main }

      """
    try write(config, to: folder + "/assay.yaml")
    try write("Say which label the ticket has, as JSON.\n", to: folder + "/prompts/main/10-task.md")
    try write("Ticket: {{ ticket }}\n", to: folder + "/prompts/main/80-query.md")
    var lines = ""
    var recorded = ""
    for number in 1...cases {
      lines +=
        #"{"id": "\#(Self.id(number))", "input": {"ticket": "number \#(number)"}, "#
        + #""expected": {"label": "\#(Self.label(number))"}, "tags": ["\#(number % 2 == 0 ? "even" : "odd")"]}"# + "\n"
      recorded += #"{"id": "\#(Self.id(number))", "output": "{\"label\": \"\#(Self.label(number))\"}"}"# + "\n"
    }
    try write(lines, to: folder + "/evals/main.jsonl")
    try write(recorded, to: folder + "/recorded.jsonl")
  }

  /// Parse the answer as JSON, compare its label.
  static let byLabel = "{ type: json-equal, fields: [label] }"
  /// Compare the whole answer with the label.
  static let byText = "{ type: exact, expected: label }"

  static func id(_ number: Int) -> String { "case-\(number)" }

  /// The label that is expected.
  static func label(_ number: Int) -> String { ["bug", "question", "praise"][number % 3] }

  /// What the mock says: right for three cases of four.
  static func answer(_ number: Int) -> String {
    #"{"label": "\#(number % 4 == 0 ? "wrong" : label(number))"}"#
  }

  /// The same, with the case's number in it.
  static func numberedAnswer(_ number: Int) -> String {
    #"{"label": "\#(number % 4 == 0 ? "wrong" : label(number))", "number": \#(number)}"#
  }

  /// The number of the case that a request asks for.
  static func number(in question: ChatQuestion) -> Int {
    Int(question.user.split(whereSeparator: { !$0.isNumber }).last ?? "") ?? 0
  }
}

/// A model behind HTTP that remembers what it was asked.
final class MockModel: Sendable {
  private struct Asked {
    var numbers: [Int] = []
    var underWay = 0
    var keys: Set<String> = []
  }
  private let asked = Mutex(Asked())

  /// Runs `body` with a server that answers for cases; `pause` says how long each takes.
  static func with(
    pause: @escaping @Sendable (Int) -> Duration? = { _ in nil },
    answer: @escaping @Sendable (Int) -> String = MockWorkspace.answer,
    _ body: (MockModel, Int) async throws -> Void
  ) async throws {
    let model = MockModel()
    let server = try await MockServer.openAI { question in
      let number = MockWorkspace.number(in: question)
      model.asked.withLock {
        $0.numbers.append(number)
        $0.underWay += 1
        $0.keys.insert(question.request.headers["authorization"] ?? "")
      }
      // A client that goes ends its request's pause.
      if let pause = pause(number) { try? await Task.sleep(for: pause) }
      model.asked.withLock { $0.underWay -= 1 }
      return answer(number)
    }
    do { try await body(model, server.port) } catch {
      await server.stop()
      throw error
    }
    try await wait(for: "the last requests") { model.asked.withLock { $0.underWay } == 0 }
    await server.stop()
  }

  /// The numbers of the cases asked for, in order.
  var numbers: [Int] { asked.withLock { $0.numbers } }
  /// The `authorization` fields seen.
  var keys: Set<String> { asked.withLock { $0.keys } }
}
