import Content
import Foundation
import Testing

extension EndToEnd {
  /// A real server that isn't ours: llama.cpp's, with the demo's model.
  @Suite(.enabled(if: RealServer.isInstalled, "llama.cpp's server can't be installed (Tests/real-server install)"))
  struct RealServerTests {
    @Test func evaluatesOnceAndKeepsTheAnswers() async throws {
      try await Place.withFolder { folder in
        let server = try await RealServer.start()
        let first: Program.Ending
        let outputs: [JSONValue]
        do {
          try server.workspace(in: folder, cases: 20)
          first = try await server.assay("eval", "served", "--workspace", folder, "--json")
          outputs = try await server.outputs("served", in: folder)
        } catch {
          await server.stop()
          throw error
        }
        await server.stop()
        #expect(first.status == 0, "\(first)")
        let runs = try first.json()
        let run = try #require(runs[0])
        #expect(run["state"] == "finished" && run["cases"] == 20 && run["errors"] == 0)
        // What the demo's prompt asks for, and the model's answers to it, are hardly ever anything else.
        #expect(run["format_valid"]?.double ?? 0 >= 0.9, "\(run)")
        #expect(run["passed"]?.int ?? 0 > 0, "\(run)")
        #expect(run["tokens"]?["prompt"]?.int ?? 0 > 20 * 400, "\(run)")
        #expect(run["tokens"]?["completion"]?.int ?? 0 > 20 * 8, "\(run)")
        #expect(outputs.count == 20)
        for output in outputs {
          #expect(output["output"]?.string?.isEmpty == false, "\(output)")
          #expect(output["scores"]?.array?.count == 1, "\(output)")
          #expect(output["error"]?.isNull == true, "\(output)")
        }

        // Nobody is there any more who could be asked.
        let second = try await server.assay("eval", "served", "--workspace", folder, "--json")
        #expect(second.status == 0, "\(second)")
        let again = try second.json()
        for name in ["run", "cases", "passed", "score", "tokens", "latency_ms"] {
          #expect(again[0]?[name] == run[name], "\(name)")
        }
        let fresh = try await server.assay("eval", "served", "--fresh", "--workspace", folder)
        #expect(fresh.status != 0 && fresh.errors.contains("Start the server"), "\(fresh)")
      }
    }

    /// The terminal UI streams, commands don't: the same requests have the same tokens either way.
    @Test(
      .enabled(if: Place.tmux != nil, "tmux is not installed"),
      .enabled(if: Place.sqlite != nil, "the sqlite3 shell is not installed"))
    func streamsAnswersInTheTerminal() async throws {
      try await Place.withFolder { folder in
        try await RealServer.with { server in
          let (streamed, whole) = (folder + "/streamed", folder + "/whole")
          for workspace in [streamed, whole] { try server.workspace(in: workspace, cases: 20) }
          let ending = try await server.assay("eval", "served", "--workspace", whole)
          #expect(ending.status == 0, "\(ending)")
          try await Tmux.with(folder: folder, environment: server.key) { terminal in
            try await terminal.open(streamed, notes: folder)
            try await terminal.press("r")
            try await terminal.wait("the result") { $0.contains("main 20/20") && $0.contains("score") }
            try await terminal.press("q")
            try await terminal.expectAsItWas(notes: folder, status: 0)
          }
          let counts = """
            SELECT count(*), sum(prompt_tokens), min(completion_tokens) > 0, sum(text = ''),
            sum(first_token > 0 AND first_token <= latency) FROM outputs JOIN answers ON answers.id = answer_id
            """
          let read = try await query("SELECT sum(prompt_tokens) FROM answers", in: whole).first ?? ""
          #expect(try await query(counts, in: streamed) == ["20|\(read)|1|0|20"])
          let order = "SELECT text FROM outputs JOIN answers ON answers.id = answer_id ORDER BY case_id"
          let texts = try await (query(order, in: streamed), query(order, in: whole))
          let same = zip(texts.0, texts.1).count { $0 == $1 }
          // Requests that are worked on together may be added up in another order.
          #expect(same >= 16, "\(same) of 20 answers are the same")
        }
      }
    }

    /// What a server says no to is told in its own words.
    @Test func tellsWhatTheServerRefuses() async throws {
      try await Place.withFolder { folder in
        try await RealServer.with { server in
          try server.workspace(in: folder, cases: 2)
          let long = String(repeating: "a ticket ", count: 2000)
          let line = #"{"id": "long", "input": {"ticket": "\#(long)"}, "expected": {}}"#
          try write(text(of: folder + "/evals/main.jsonl") + line + "\n", to: folder + "/evals/main.jsonl")
          let shown = try await server.assay("eval", "served", "--workspace", folder, "--json")
          #expect(shown.status == 3, "\(shown)")
          #expect(shown.errors.contains("(400)") && shown.errors.contains("context size"), "\(shown.errors)")
          #expect(try shown.json()[0]?["errors"] == 1)
          let outputs = try await server.outputs("served", in: folder)
          #expect(outputs.filter { $0["error"]?.isNull == true }.count == 2, "the others are answered: \(outputs)")

          var stranger = server
          stranger.key = [RealServer.keyVariable: "sk-another"]
          let refused = try await stranger.assay("eval", "served", "--fresh", "--workspace", folder)
          #expect(refused.status == 3, "\(refused)")
          #expect(refused.errors.contains("(401)"), "\(refused.errors)")
          #expect(refused.errors.contains(RealServer.keyVariable), "\(refused.errors)")

          let forms = try await server.assay("eval", "form", "--limit", "2", "--workspace", folder, "--json")
          #expect(forms.status == 0, "\(forms)")
          for output in try await server.outputs("form", in: folder).prefix(2) {
            let answer = try JSONValue(parsing: Array((output["output"]?.string ?? "").utf8))
            #expect(answer.object?.keys == ["category"], "what response_format demands: \(output)")
          }
        }
      }
    }

    @Test func isFoundOut() async throws {
      try await Place.withFolder { folder in
        try await RealServer.with { server in
          try server.workspace(in: folder, cases: 2)
          let shown = try await server.assay("models", "test", "served", "--workspace", folder, "--json")
          #expect(shown.status == 0, "\(shown)")
          let models = try shown.json()
          let model = try #require(models[0])
          #expect(model["latency_ms"]?.double ?? 0 > 0)
          #expect(model["models"] == ["demo"])
          #expect(model["server"]?.string?.hasPrefix("llama.cpp") == true, "\(model)")
          for name in ["model list", "streaming", "usage", "seed", "logprobs", "structured output", "token counts"] {
            #expect(model["findings"]?[name] == "works", "\(name): \(model)")
          }
          // The model says little, so that it may never come to what would end it; but nothing is ignored.
          for name in ["max_tokens", "stop"] { #expect(model["findings"]?[name] != "ignored", "\(name): \(model)") }
        }
      }
    }

    /// The same weights in two engines: the same tokens are read, and nearly always the same are written.
    @Test(.enabled(if: Place.hasEngine, "the local engine is not installed"))
    func agreesWithTheLocalEngine() async throws {
      try await Place.withFolder { folder in
        try await RealServer.with { server in
          try server.workspace(in: folder, cases: 20)
          let shown = try await server.assay("eval", "served", "local", "--workspace", folder, "--json")
          #expect(shown.status == 0, "\(shown)")
          let runs = try shown.json()
          #expect(runs[0]?["tokens"]?["prompt"] == runs[1]?["tokens"]?["prompt"], "\(runs)")
          let served = try await server.outputs("served", in: folder)
          let local = try await server.outputs("local", in: folder)
          #expect(served.map { $0["id"] } == local.map { $0["id"] })
          let same = zip(served, local).count { $0["output"] == $1["output"] }
          #expect(same >= 16, "\(same) of \(served.count) answers are the same")
        }
      }
    }
  }
}

/// A server that `Tests/real-server` started.
struct RealServer: Sendable {
  /// The variable that holds its key.
  static let keyVariable = "REAL_SERVER_KEY"
  private static let script = Place.root + "/Tests/real-server"

  /// Where it answers.
  let base: String
  /// What programs need to be let in.
  var key: [String: String]
  private let pid: Int

  /// Whether it is here; installs it, in some seconds, where it isn't and can be.
  static let isInstalled: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: script)
    process.arguments = ["install"]
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// Runs `body` with a server of its own.
  /// - Parameter lora: an adapter in llama.cpp's format, to be put on the model.
  static func with(lora: String? = nil, _ body: (RealServer) async throws -> Void) async throws {
    let server = try await start(lora: lora)
    do { try await body(server) } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  /// Starts one, to be stopped.
  static func start(lora: String? = nil) async throws -> RealServer {
    let secret = "sk-\(UUID().uuidString)"
    let adapter = lora.map { ["--lora", $0] } ?? []
    let ending = try await Program(script, ["start", "--key", secret] + adapter).ended()
    try #require(ending.status == 0, "\(ending)")
    let started = try ending.json()
    let base = try #require(started["base_url"]?.string)
    let pid = try #require(started["pid"]?.int)
    return RealServer(base: base, key: [keyVariable: secret], pid: pid)
  }

  private init(base: String, key: [String: String], pid: Int) {
    self.base = base
    self.key = key
    self.pid = pid
  }

  /// Stops it.
  func stop() async {
    let ending = try? await Program(Self.script, ["stop", "\(pid)"]).ended()
    #expect(ending?.status == 0, "\(String(describing: ending))")
  }

  /// Makes a workspace with the demo's prompt and some of its cases, whose model it is.
  func workspace(in folder: String, cases: Int) throws {
    try Demo.copy(to: folder, cases: cases)
    let form =
      "{ type: object, properties: { category: { type: string, enum: [billing, access] } }, "
      + "required: [category], additionalProperties: false }"
    let config = """
      name: served
      models:
        served: { api: openai, base_url: "\(base)", model: demo, key_env: \(Self.keyVariable), concurrency: 4 }
        form:
          api: openai
          base_url: "\(base)"
          model: demo
          key_env: \(Self.keyVariable)
          options: { response_format: { type: json_schema, json_schema: { name: form, schema: \(form) } } }
        tiny: { api: mlx, path: model }
      prompts:
        best: prompts/best
      eval_sets:
        main: evals/main.jsonl
      graders:
        - { type: json-equal, fields: [category, priority, needs_human] }
      variants:
        served: { model: served, prompt: best, temperature: 0, max_tokens: 64 }
        form:   { model: form, prompt: best, temperature: 0, max_tokens: 64 }
        local:  { model: tiny, prompt: best, temperature: 0, max_tokens: 64 }

      """
    try write(config, to: folder + "/assay.yaml")
  }

  /// Runs Assay to its end, with the key.
  func assay(_ arguments: String...) async throws -> Program.Ending {
    try await Program(Place.assay, arguments, environment: key).ended()
  }

  /// The answers of a variant's newest run, with their scores.
  func outputs(_ variant: String, in folder: String) async throws -> [JSONValue] {
    let ending = try await assay("outputs", variant, "--workspace", folder, "--json")
    #expect(ending.status == 0, "\(ending)")
    return try ending.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
  }
}
