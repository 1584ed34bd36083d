import Content
import Domain
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// Everything that a model can have in `assay.yaml`.
struct ModelReaderTests {
  @Test func aKeyIsNotSentInTheClear() async throws {
    let workspace = try await read(
      """
      models:
        a: { api: openai, base_url: "http://gpu-box:8000/v1", key_env: KEY }
        b: { api: openai, base_url: "http://gpu-box:8000/v1" }
        c: { api: openai, base_url: "http://gpu-box:8000/v1", key_env: KEY, allow_http: true }
        d: { api: openai, base_url: ["https://x/v1", "http://y/v1"], key_env: KEY }
      """)
    #expect(workspace.models.map(\.name) == ["b", "c"])
    #expect(workspace.problems.map(\.key) == ["models.a.base_url", "models.d.base_url"])
  }

  @Test func variablesAreGivenByName() async throws {
    let workspace = try await read(
      """
      models:
        a: { api: command, command: [./m], env: [HF_TOKEN, OTHER_1] }
        b: { api: command, command: [./m], env: "A B" }
      training: { env: [HF_TOKEN] }
      """, ["m": ""])
    #expect(workspace.models.map(\.environment) == [["HF_TOKEN", "OTHER_1"]])
    #expect(workspace.training.environment == ["HF_TOKEN"])
    #expect(workspace.problems.map(\.key) == ["models.b.env"])
  }

  @Test func everyKindOfModel() async throws {
    let workspace = try await read(
      """
      models:
        new:   { api: responses, model: big, options: { reasoning: { effort: low } } }
        here:  { api: ollama, model: "small:latest", options: { num_ctx: 8192, think: no, stop_words: [a, 1, 0.5, null] } }
        many:  { base_url: ["http://a/v1/", "http://b:8000/v1"], key_env: KEY, certificates: ca.pem,
                 allow_http: true, requests_per_minute: 500, tokens_per_minute: 2e5 }
        mine:  { api: command, command: [python3, model.py, --fast], options: { temperature: 1 } }
        plain: { command: ./model }
        tiny:  { api: mlx, path: model, options: { top_k: 40 } }
      """, ["ca.pem": "", "model": ""])
    #expect(workspace.lines == [])
    let models = workspace.models
    #expect(models.map(\.name) == ["new", "here", "many", "mine", "plain", "tiny"])
    #expect(
      models[0]
        == ModelSpec(
          name: "new",
          api: .endpoint(
            Endpoint(
              .responses, baseURLs: ["https://api.openai.com/v1"], model: "big", keyEnvironment: "OPENAI_API_KEY")),
          options: ["reasoning": ["effort": "low"]]))
    #expect(
      models[1].api == .endpoint(Endpoint(.ollama, baseURLs: ["http://127.0.0.1:11434"], model: "small:latest")))
    #expect(
      JSONValue.object(models[1].options).text(.compact)
        == #"{"num_ctx":8192,"think":"no","stop_words":["a",1,0.5,null]}"#)
    #expect(
      models[2].api
        == .endpoint(
          Endpoint(
            .chat, baseURLs: ["http://a/v1", "http://b:8000/v1"], model: "many", keyEnvironment: "KEY",
            certificates: "ca.pem", allowsHTTP: true)))
    #expect(models[2].limits == RateLimits(requestsPerMinute: 500, tokensPerMinute: 200_000))
    #expect(models[3].api == .command(["python3", "model.py", "--fast"]) && models[3].concurrency == 8)
    #expect(models[3].options == ["temperature": 1])
    #expect(models[4].api == .command(["./model"]))
    #expect(models[5].options == ["top_k": 40])
  }

  @Test func trainingHasAPriceOfItsOwn() async throws {
    let workspace = try await read(
      """
      models:
        own:    { base_url: "http://h/v1", price: { input: 1, output: 2, training: 3.5 } }
        listed: { api: openai, model: gpt-4o-mini, price: { training: 3 } }
        alone:  { base_url: "http://h/v1", price: { training: 3 } }
      """)
    #expect(workspace.models.map(\.price?.training) == [3.5, 3])
    #expect(workspace.models[1].price?.rates.input == 0.15 && workspace.models[1].price?.asOf == PriceTable.date)
    #expect(workspace.lines.count == 1 && workspace.lines[0].contains("A price needs both input and output."))
    #expect(workspace.models[0].price?.cost(ofTraining: 2_000_000) == 7)
    #expect(TokenPrice(input: 1, output: 1).cost(ofTraining: 5) == nil)
  }

  @Test func anAdapterAtAnEndpointIsAName() async throws {
    let workspace = try await read(
      """
      models:
        there: { base_url: "http://h/v1", model: small }
        here:  { api: mlx, path: model }
      variants:
        a: { model: there, adapter: "ft:small:me::1" }
        b: { model: there, adapter: latest }
        c: { model: there, adapter: org/lora }
        d: { model: there, adapter: .assay/jobs/1/best }
        e: { model: there, adapter: "two words" }
        f: { model: here, adapter: .assay/jobs/1/best }
        g: { model: here, adapter: ../elsewhere }
      """, ["model": ""])
    #expect(workspace.variants.map(\.name) == ["a", "b", "c", "f"])
    #expect(workspace.variants[0].adapter == "ft:small:me::1")
    #expect(workspace.lines.count == 3)
    #expect(workspace.lines[0].contains("loads no folder") && workspace.lines[1].contains("without spaces"))
  }

  @Test func whatAProviderIsToldIsRead() async throws {
    let base = "models:\n  m: { base_url: \"http://h/v1\" }\ntraining:\n  backend: openai\n  openai: "
    let workspace = try await read(base + "{ suffix: mine, batch_size: 8, learning_rate_multiplier: 0.5 }\n")
    #expect(workspace.lines == [] && workspace.training.backend == "openai")
    let hosted = workspace.training.settings.hosted
    #expect(hosted.suffix == "mine" && hosted.batchSize == 8 && hosted.learningRateMultiplier == 0.5)
    let auto = try await read(base + "{ batch_size: auto, learning_rate_multiplier: auto }\n")
    #expect(auto.lines == [] && auto.training.settings.hosted == HostedSettings())
    let long = String(repeating: "x", count: 65)
    let bad = try await read(base + "{ suffix: \(long), batch_size: 257, learning_rate_multiplier: 0, sufix: a }\n")
    #expect(bad.lines.count == 4 && bad.training.settings.hosted == HostedSettings())
  }

  @Test func whatIsWrongIsNamed() async throws {
    let workspace = try await read(
      """
      models:
        a: { api: openai, options: { temperature: 0, top_k: 1 } }
        b: { api: responses, options: { input: x } }
        c: { api: ollama, base_url: "http://h:11434/v1" }
        d: { api: ollama, options: { options: { num_ctx: 1 } } }
        e: { api: anthropic, options: [1] }
        f: { api: openai, base_url: ["http://h/v1", "http://h/v1/"] }
        g: { api: openai, base_url: [] }
        h: { api: openai, requests_per_minute: 0 }
        i: { api: command }
        j: { api: command, command: [] }
        k: { api: command, command: bin/gone }
        l: { api: openai, certificates: gone.pem }
        m: { api: replay, file: r.jsonl, options: { a: 1 } }
        n: { api: openai, base_url: ["http://h/v1", "ftp://h"] }
      """, ["r.jsonl": ""])
    #expect(workspace.models.map(\.name) == ["k", "l", "m"])
    #expect(
      workspace.lines.map { String($0.dropFirst("assay.yaml:".count)) } == [
        "2: models.a.options.temperature: This key can't stand among the options. It belongs to a variant, as temperature.",
        "3: models.b.options.input: This key can't stand among the options. Assay writes it itself; remove it.",
        "4: models.c.base_url: Ollama's own API has no version in its address: write it as http://127.0.0.1:11434.",
        "5: models.d.options.options: This key can't stand among the options. Write its keys here, without another "
          + "options.",
        "6: models.e.options: Expected keys of the model's own API such as { top_k: 40 }, found a list.",
        "6: models.e: Without options that can be read, the model would be asked for something else.",
        "7: models.f.base_url: An address is in the list twice.",
        "8: models.g.base_url: Expected one address, or a list of up to 64.",
        "9: models.h.requests_per_minute: Expected how many there may be in a minute, more than 0, found \"0\".",
        "10: models.i: Needs a command: a program with its arguments, such as [python3, model.py].",
        "11: models.j.command: Expected a program with its arguments, such as [python3, model.py].",
        "12: models.k.command: bin/gone doesn't exist; correct the path or put it there.",
        "13: models.l.certificates: gone.pem doesn't exist; correct the path or put it there.",
        "14: models.m.options: Unknown key \"options\". Keys here are key, api_key, token, secret, api, file, "
          + "concurrency, timeout, requests_per_minute, tokens_per_minute, price, tuned, base.",
        "15: models.n.base_url: Expected an address such as https://api.openai.com/v1, with the version at its end.",
      ])
  }
}
