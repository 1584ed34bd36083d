import Domain
import Foundation
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// What is wrong is named with file, line and key, and never hides the rest.
struct ConfigProblemTests {
  @Test func unknownKeysAreErrorsWithTheNearestKey() async throws {
    let workspace = try await read(
      """
      modles: {}
      models:
        m: { api: openai, base_url: "http://h/v1", concurency: 3 }
      variants:
        base:
          model: m
          temprature: 0.5
      training: { learning_rte: 1 }
      facts: { weather: fine }
      """)
    #expect(workspace.variants.map(\.name) == ["base"])
    #expect(
      workspace.lines == [
        "assay.yaml:1: modles: Unknown key \"modles\". Did you mean \"models\"?",
        "assay.yaml:3: models.m.concurency: Unknown key \"concurency\". Did you mean \"concurrency\"?",
        "assay.yaml:7: variants.base.temprature: Unknown key \"temprature\". Did you mean \"temperature\"?",
        "assay.yaml:8: training.learning_rte: Unknown key \"learning_rte\". Did you mean \"learning_rate\"?",
        "assay.yaml:9: facts.weather: Unknown key \"weather\". Keys here are worthwhile_gain, hourly_rate, "
          + "engineering_hours, training_cost, retrainings, retrainings_per_year, retraining_cost, hosting_per_month, queries_per_month, target_score, "
          + "latency_limit_ms, early_stage, requirements_moving, needs_flexibility, needed_today, tuning_expertise, "
          + "small_budget, format_critical, domain_jargon, latency_critical, behaviour_must_change, regulated, "
          + "facts_change, query_types_differ, can_route.",
      ])
    #expect(workspace.problems.allSatisfy { $0.severity == .error })
    let (prompt, set) = (try #require(workspace.prompts.first), try #require(workspace.evalSets.first))
    #expect(workspace.flaws(of: workspace.variants[0], prompt: prompt, set: set).map(\.line) == [1, 3, 7])
    #expect(workspace.trainingFlaws(of: nil).map(\.line) == [1, 8] && workspace.factFlaws.map(\.line) == [1, 9])
  }

  @Test(arguments: [
    ("descripton: x", "descripton"), ("models: { m: { api: openai, topp: 1 } }", "models.m.topp"),
    ("models: { m: { api: openai, price: { input: 1, output: 1, cahced_input: 1 } } }", "models.m.price.cahced_input"),
    ("prompts: { main: { path: prompts/main, titel: x } }", "prompts.main.titel"),
    ("eval_sets: { main: { path: evals/main.jsonl, genral: true } }", "eval_sets.main.genral"),
    ("graders: [{ type: exact, ignore_cse: true }]", "graders[0].ignore_cse"),
    ("eval_sets: { main: { graders: [{ type: contains, valeu: x }] } }", "eval_sets.main.graders[0].valeu"),
    ("variants: { m: { model: m, max_token: 3 } }", "variants.m.max_token"),
    ("variants: [m]", "variants"), ("models: { m: { api: openai, options: [1] } }", "models.m"),
  ])
  func anUnknownKeyAtAnyLevelStopsWhatRestsOnIt(_ line: String, _ key: String) async throws {
    let base = line.hasPrefix("models") ? "" : "models: { m: { api: openai } }\n"
    let workspace = try await read(base + line + "\n")
    let variant = Variant(name: "m", model: "m", prompt: "main")
    let (prompt, set) = (try #require(workspace.prompts.first), try #require(workspace.evalSets.first))
    let flaws = workspace.flaws(of: variant, prompt: prompt, set: set)
    #expect(flaws.contains { $0.key == key && $0.line == (base.isEmpty ? 1 : 2) }, "\(workspace.lines)")
    let other = Variant(name: "o", model: "o", prompt: "main")
    let isOwn = key.hasPrefix("models.") || key.hasPrefix("variants.")
    #expect(workspace.flaws(of: other, prompt: prompt, set: set).isEmpty == isOwn)
  }

  @Test func nothingIsTakenInPlaceOfWhatIsBroken() async throws {
    let workspace = try await read(
      """
      models:
        first: { api: opnai }
        second: { api: openai }
      eval_sets:
        one: { path: evals/main.jsonl, prompt: mian }
        two: evals/main.jsonl
      variants:
        a: { temperature: 0 }
        b: { model: second, max_tokens: many }
        c: { model: second }
      """)
    #expect(workspace.variants.map(\.name) == ["c"])
    #expect(workspace.brokenVariants == ["a", "b"] && workspace.brokenSet?.name == "one")
    #expect(workspace.lines.contains { $0.contains("variants.a.model: The model \"first\" can't be used") })
  }

  @Test(arguments: [
    ("training: { mix: { data: a.jsonl, shrae: 0.1 } }", "training.mix.shrae"),
    ("training: { openai: { sufix: x } }", "training.openai.sufix"),
    ("training: { slurm: { partion: x } }", "training.slurm.partion"),
    ("training: { command: { run: [a], adaptor: x } }", "training.command.adaptor"),
    ("training: { rnk: 8 }", "training.rnk"),
  ])
  func unknownKeysOfTrainingStopTraining(_ line: String, _ key: String) async throws {
    let workspace = try await read(line + "\n")
    #expect(workspace.trainingFlaws(of: nil).map(\.key) == [key], "\(workspace.lines)")
    #expect(workspace.trainingFlaws(of: nil).first?.message.contains("Did you mean") == true)
    #expect(workspace.factFlaws.isEmpty)
  }

  @Test func aWrongTypeCostsOnlyItsThing() async throws {
    let workspace = try await read(
      """
      models:
        good: { api: openai, base_url: "http://h/v1" }
        bad: { api: opnai }
        many: { api: openai, concurrency: lots }
        list: [1, 2]
      graders:
        - { type: exact }
        - { type: exat }
        - { type: json-equal, feilds: [a] }
        - 7
      variants:
        fine: { model: good }
        hot: { model: good, temperature: hot }
        cold: { model: good, temperature: "0.5" }
        long: { model: good, max_tokens: 1.5, stop: { a: b } }
      training: { rank: 0, method: lara, epochs: 2, mix: { share: 0.2 } }
      """)
    #expect(workspace.models.map(\.name) == ["good"])
    #expect(workspace.variants.map(\.name) == ["fine"])
    #expect(workspace.evalSets.first?.graders.graders.map(\.type) == ["exact"])
    #expect(workspace.training.settings.rank == TrainingSettings().rank && workspace.training.settings.epochs == 2)
    #expect(workspace.problems.allSatisfy { $0.severity == .error && $0.file == "assay.yaml" })
    #expect(workspace.problems.compactMap(\.line) == [3, 4, 5, 8, 9, 10, 13, 14, 15, 15, 16, 16, 16])
    #expect(
      workspace.problems.compactMap(\.key) == [
        "models.bad.api", "models.many.concurrency", "models.list", "graders[1].type", "graders[2].feilds",
        "graders[3].type", "variants.hot.temperature", "variants.cold.temperature", "variants.long.max_tokens",
        "variants.long.stop", "training.method", "training.rank", "training.mix",
      ])
    #expect(
      workspace.lines[0].hasSuffix(
        "Expected one of openai, responses, anthropic, ollama, mlx, command, replay, found \"opnai\". Did you mean "
          + "\"openai\"?"))
    #expect(workspace.lines[3].contains("did you mean \"exact\"?"))
    #expect(workspace.lines[4].contains("fields"))
    #expect(workspace.lines[6].hasSuffix("Expected a number from 0 to 2, found \"hot\"."))
    #expect(workspace.lines[10].contains("Did you mean \"lora\"?"))
  }

  @Test func referencesToNothingSuggestSomething() async throws {
    let workspace = try await read(
      """
      models:
        mock: { api: openai, base_url: "http://h/v1" }
        broken: { api: mlx }
      prompts: { main: prompts/main }
      eval_sets:
        general: { path: evals/main.jsonl, prompt: mian }
        main: evals/main.jsonl
      variants:
        a: { model: mok, prompt: main }
        b: { model: mock, prompt: maim }
        c: { model: broken, prompt: main }
        d: { model: mock, prompt: main, sections: [taks] }
        e: { model: mock, prompt: main }
      training: { base: mokc, prompt: other }
      """)
    #expect(workspace.variants.map(\.name) == ["e"])
    #expect(workspace.evalSets.map(\.name) == ["main"])
    #expect(workspace.training.base == nil && workspace.training.prompt == nil)
    #expect(
      workspace.lines == [
        "assay.yaml:3: models.broken: Needs a path: the model's folder, or a hub id such as hub:org/name.",
        "assay.yaml:6: eval_sets.general.prompt: There is no prompt called \"mian\". Did you mean \"main\"?",
        "assay.yaml:9: variants.a.model: There is no model called \"mok\". Did you mean \"mock\"?",
        "assay.yaml:10: variants.b.prompt: There is no prompt called \"maim\". Did you mean \"main\"?",
        "assay.yaml:11: variants.c.model: The model \"broken\" can't be used until its own error is fixed.",
        "assay.yaml:12: variants.d.sections: The prompt \"main\" has no section titled \"taks\". Did you mean \"task\"?",
        "assay.yaml:14: training.base: There is no model called \"mokc\". Did you mean \"mock\"?",
        "assay.yaml:14: training.prompt: There is no prompt called \"other\". There are main.",
      ])
  }

  @Test func aNameWrittenTwiceHidesNothingElse() async throws {
    let workspace = try await read(
      """
      models:
        m: { api: openai, base_url: "http://one/v1" }
        other: { api: openai, base_url: "http://o/v1" }
        "m": { api: openai, base_url: "http://two/v1" }
      variants:
        a: { model: m, seed: 1, seed: 2 }
      name: first
      name: second
      """)
    #expect(workspace.models.map(\.name) == ["other", "m"])
    #expect(workspace.name == "second")
    #expect(workspace.variants.map(\.sampling.seed) == [2])
    #expect(workspace.problems.map(\.line) == [2, 6, 7])
    #expect(workspace.lines[0].contains("\"m\" is written twice"))
  }

  @Test func aSyntaxErrorCostsOnlyItsPart() async throws {
    let workspace = try await read(
      """
      name: good
      models:
        m: { api: openai, base_url: "http://h/v1" }
      graders:
        - { type: exact
      variants:
        a: { model: m, temperature: x }
        b: { model: m }
      """)
    #expect(workspace.name == "good")
    #expect(workspace.models.map(\.name) == ["m"])
    #expect(workspace.variants.map(\.name) == ["b"])
    #expect(workspace.evalSets.map(\.name) == ["main"])
    #expect(workspace.problems.count == 2)
    #expect((5...6).contains(workspace.problems[0].line ?? 0))
    #expect(workspace.lines[0].contains("This isn't YAML"))
    #expect(workspace.problems[1].line == 7)
  }

  @Test func keysNeverStandInFiles() async throws {
    let workspace = try await read(
      """
      models:
        a: { api: openai, base_url: "http://h/v1", api_key: sk-secret123 }
        b: { api: openai, base_url: "http://user:sk-secret123@h/v1" }
        c: { api: openai, base_url: "http://h/v1", key_env: "sk-secret123-abc" }
      """)
    #expect(workspace.models.isEmpty)
    #expect(workspace.problems.count == 3)
    #expect(!workspace.lines.joined().contains("secret123"))
  }

  @Test func anchorsAndMergesWork() async throws {
    let workspace = try await read(
      """
      models: { m: { api: openai, base_url: "http://h/v1" } }
      variants:
        base: &base { model: m, prompt: main, temperature: 0, max_tokens: 8 }
        warm:
          <<: *base
          temperature: 1
        again: *base
      """)
    #expect(workspace.lines == [])
    #expect(workspace.variants.map(\.sampling.temperature) == [0, 1, 0])
    #expect(workspace.variants.map(\.sampling.maxTokens) == [8, 8, 8])
  }

  @Test func pathsStayInside() async throws {
    let workspace = try await read(
      """
      models:
        up: { api: mlx, path: ../model }
        far: { api: mlx, path: /nowhere/model }
        rec: { api: replay, file: ../../etc/passwd }
      prompts: { main: prompts/main, out: ../prompts, root: /etc }
      eval_sets: { main: evals/main.jsonl, out: ../evals.jsonl, gone: evals/gone.jsonl }
      variants: { a: { model: far, prompt: main }, b: { model: far, prompt: main, adapter: ../../x } }
      training: { data: ../train.jsonl }
      """)
    #expect(workspace.models.map(\.name) == ["far"])
    #expect(workspace.variants.map(\.name) == ["a"])
    #expect(workspace.evalSets.map(\.cases.count) == [1, 0, 0])
    #expect(workspace.lines.count { $0.contains("leads out of the workspace") } == 6)
    #expect(workspace.lines.count { $0.contains("doesn't exist") } == 2)
    #expect(workspace.lines.count { $0.contains("outside of the workspace") } == 1)
  }
}
