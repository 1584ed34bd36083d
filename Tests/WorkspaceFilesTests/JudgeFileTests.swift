import Content
import Domain
import Grading
import Testing

@testable import WorkspaceFiles

/// `judges/NAME.md`.
@Suite struct JudgeFileTests {
  private static let config = """
    models:
      j: { api: openai, base_url: "http://127.0.0.1:1/v1", model: x }
      k: { api: openai, base_url: "http://127.0.0.1:1/v1", model: y }
    graders: [{ type: judge, judge: fair }]
    """

  private func judge(_ text: String) async throws -> Workspace { try await read(Self.config, ["judges/fair.md": text]) }

  @Test func aJudgeIsRead() async throws {
    let workspace = try await judge(
      """
      ---
      models: [j, k]
      scale: 1-5
      votes: 3
      sees: [answer, expected]
      threshold: 3
      temperature: 0.5
      max_tokens: 300
      ---

      Is {{answer}} like {{expected}}?
      """)
    #expect(workspace.lines == [])
    let judge = try #require(workspace.judge("fair"))
    #expect(judge.models == ["j", "k"] && judge.scale == .oneToFive && judge.votes == 3 && judge.sees == [.expected])
    #expect(judge.threshold == 0.5 && judge.temperature == 0.5 && judge.maxTokens == 300 && judge.firstLine == 11)
    #expect(judge.prompt == "Is {{answer}} like {{expected}}?")
  }

  @Test func labelsOfItsOwn() async throws {
    for scale in ["{ poor: 0, fair: 0.5, good: 1 }", "{ choices: { poor: 0, fair: 0.5, good: 1 } }"] {
      let judge = try #require(try await judge("---\nmodel: j\nscale: \(scale)\n---\n{{answer}}").judge("fair"))
      #expect(judge.scale.labels == ["poor", "fair", "good"] && judge.scale.score("fair") == 0.5)
      #expect(judge.temperature == 0 && judge.votes == 1)
    }
  }

  @Test(arguments: [
    ("{{answer}}", "judges/fair.md:1: A judge begins with front matter"),
    ("---\nmodel: nobody\n---\n{{answer}}", "judges/fair.md:2: model: There is no model called \"nobody\""),
    ("---\nscale: binary\n---\n{{answer}}", "Needs a model"),
    ("---\nmodel: j\nscale: 1-10\n---\n{{answer}}", "judges/fair.md:3: scale: Expected binary, 1-5"),
    ("---\nmodel: j\nscale: { good: 2, bad: 0 }\n---\n{{answer}}", "judges/fair.md:3: scale.good: Expected a score"),
    ("---\nmodel: j\nvotes: 0\n---\n{{answer}}", "judges/fair.md:3: votes:"),
    ("---\nmodel: j\nvoets: 3\n---\n{{answer}}", "Did you mean \"votes\"?"),
    ("---\nmodel: j\nthreshold: 0.5\n---\n{{answer}}", "A binary scale has none"),
    ("---\nmodel: j\nsees: [variant]\n---\n{{answer}}", "A judge never sees the variant."),
    ("---\nmodel: j\n---\n\nIs it good?\n{{anser}}", "judges/fair.md:6: {{anser}} is no slot"),
    ("---\nmodel: j\nmodels: [k]\n---\n{{answer}}", "Write either model or models."),
  ]) func mistakesSayWhere(text: String, sentence: String) async throws {
    let workspace = try await judge(text)
    #expect(workspace.lines.contains { $0.contains(sentence) }, "\(workspace.lines)")
    #expect(workspace.judges.isEmpty)
    #expect(
      workspace.lines.contains { $0.contains("assay.yaml:4: graders[0].judge: The judge \"fair\" can't be used") },
      "\(workspace.lines)")
  }

  @Test func whatNobodyAsksStopsNothing() async throws {
    let workspace = try await read(
      """
      models:
        j: { api: openai, base_url: "http://127.0.0.1:1/v1", model: x }
      prompts: { main: prompts/main }
      variants: { base: { model: j, prompt: main } }
      """, ["judges/broken.md": "no front matter"])
    #expect(workspace.lines.count == 1 && workspace.judges.isEmpty)
    let (variant, prompt, set) = (workspace.variants[0], workspace.prompts[0], workspace.evalSets[0])
    #expect(workspace.flaws(of: variant, prompt: prompt, set: set).isEmpty)
  }

  @Test func whatJudgesIsPartOfWhatWasMeasured() async throws {
    let one = try await judge("---\nmodel: j\n---\n{{answer}}")
    let hash = try #require(one.evalSets.first?.hash)
    #expect(try await judge("---\nmodel: j\n---\n{{answer}}\n").evalSets.first?.hash == hash)
    for other in [
      "model: k\n---\n{{answer}}", "model: j\nvotes: 3\n---\n{{answer}}", "model: j\n---\nGood? {{answer}}",
    ] {
      #expect(try await judge("---\n" + other).evalSets.first?.hash != hash)
    }
    let missing = try await read(Self.config)
    #expect(
      missing.lines == ["assay.yaml:4: graders[0].judge: There is no judge called \"fair\": write judges/fair.md."])
  }
}
