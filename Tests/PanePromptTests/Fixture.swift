import Content
import Domain
import Drawing
import Foundation
import Grading
import PaneDriver
import WorkbenchCore

@testable import PanePrompt

/// A small workspace in memory, and a pane driven by keys.
enum Fixture {
  static let now = Date(timeIntervalSince1970: 1_800_000_000)

  static func hash(_ text: String) -> ContentHash { ContentHash(hex: SHA256.hex(text)) }

  static let sections = [
    Section(id: "10-role.md", title: "role", role: .system, body: "You sort tickets of the café."),
    Section(id: "30-task.md", title: "task", role: .system, body: "Name the category.\nAnswer 作 or none 🙂."),
    Section(id: "40-tone.md", title: "tone", role: .system, isEnabled: false, body: "Be kind."),
    Section(id: "80-query.md", title: "query", role: .user, body: "{{ ticket }}"),
  ]
  static let prompt = Prompt(name: "main", path: "prompts/main", sections: sections)
  static let short = Prompt(name: "short", path: "prompts/short", sections: [sections[1], sections[3]])

  static func cases(_ count: Int) -> [EvalCase] {
    (0..<count).map { number in
      EvalCase(
        id: "c-\(number + 1)", line: number + 1, input: ["ticket": .string("The app lost file \(number + 1).")],
        expected: "sync", tags: ["easy"])
    }
  }

  static func workspace(
    prompts: [Prompt] = [prompt, short], cases: [EvalCase] = cases(3), price: TokenPrice? = nil
  ) -> Workspace {
    let set = EvalSet(
      name: "cases", path: "evals/cases.jsonl", cases: cases, graders: GraderSet(), hash: hash("set\(cases.count)"))
    return Workspace(
      folder: "/nowhere", name: "fixture",
      models: [ModelSpec(name: "tiny", api: .mlx(path: "model"), price: price)], prompts: prompts, evalSets: [set],
      variants: [
        Variant(name: "task-only", model: "tiny", prompt: "main", sections: ["task"]),
        Variant(
          name: "whole", model: "tiny", prompt: "main", sampling: Sampling(temperature: 0, maxTokens: 64)),
        Variant(name: "tuned", model: "tiny", prompt: "short", adapter: ".assay/jobs/1/best"),
      ])
  }

  static func snapshot(_ workspace: Workspace = workspace()) -> Snapshot { Snapshot(workspace: workspace, time: now) }

  /// The snapshot after the core has rendered what was asked for.
  static func rendered(
    _ snapshot: Snapshot, _ request: RenderRequest, exact: Bool = true, problem: String? = nil
  ) throws -> Snapshot {
    var snapshot = snapshot
    let variant = snapshot.workspace.variant(request.variant)
    let prompt = variant.flatMap { snapshot.workspace.prompt($0.prompt) } ?? prompt
    let version = PromptVersion(freezing: prompt, variant?.choice ?? .all)
    let cases = snapshot.workspace.evalSets.first?.cases ?? []
    let input = cases.first { $0.id == request.caseID }?.input ?? [:]
    snapshot[RenderQuery(request)] = .ready(
      RenderedPrompt(
        request: request, version: version.hash,
        parts: try version.parts.map { part in
          let text = try PromptTemplate.fill(part.body, with: input)
          return .init(title: part.title, role: part.role, text: text, tokens: text.count / 4)
        }, messages: try version.messages(for: input), countsAreExact: exact, problem: problem))
    return snapshot
  }

  /// The snapshot after the core has gathered the versions of a variant.
  static func versioned(_ snapshot: Snapshot, _ name: String = "whole") throws -> Snapshot {
    var snapshot = snapshot
    guard let variant = snapshot.workspace.variant(name), let prompt = snapshot.workspace.prompt(variant.prompt) else {
      return snapshot
    }
    let entries = PromptVersions.entries(
      of: variant, prompt: prompt.name, current: PromptVersion(freezing: prompt, variant.choice), on: "cases",
      stored: snapshot.versions, runs: snapshot.runs)
    snapshot[PromptVersionsQuery(variant: name, set: "cases")] = .ready(
      PromptVersions(variant: name, prompt: prompt.name, set: "cases", entries: entries.reversed()))
    return snapshot
  }

  /// The snapshot with another text in a section's file.
  static func replacing(_ id: String, body: String?, in snapshot: Snapshot) -> Snapshot {
    var snapshot = snapshot
    for prompt in snapshot.workspace.prompts.indices {
      for section in snapshot.workspace.prompts[prompt].sections.indices.reversed()
      where snapshot.workspace.prompts[prompt].sections[section].id == id {
        if let body {
          snapshot.workspace.prompts[prompt].sections[section].body = body
        } else {
          snapshot.workspace.prompts[prompt].sections.remove(at: section)
        }
      }
    }
    return snapshot
  }

  static func run(
    _ number: Int64, _ variant: Variant, _ version: PromptVersion, mean: Double, state: Run.State = .finished
  ) -> Run {
    var summary = RunSummary()
    (summary.done, summary.mean, summary.low, summary.high) = (3, mean, mean - 0.1, mean + 0.1)
    (summary.counted, summary.promptTokens) = (3, 120)
    return Run(
      id: RunID(number), identity: hash("run\(number)"), variant: variant, promptVersion: version.hash, set: "cases",
      setHash: hash("set3"), state: state, started: now - 3600 * Double(number), seconds: 2, cases: 3, summary: summary)
  }
}

typealias Driver = PaneDriver<PromptPane>

extension PaneDriver where P == PromptPane {
  init(_ snapshot: Snapshot = Fixture.snapshot(), size: Size = Size(width: 80, height: 22)) {
    self.init(PromptPane(), snapshot, size: size)
  }

  /// `snapshot` after the last edit that was asked for has ended.
  func ended(_ snapshot: Snapshot, problem: String? = nil) -> Snapshot {
    var snapshot = snapshot
    guard let edit = commands.last(where: \.isEdit) else { return snapshot }
    snapshot.edits.append(EndedEdit(id: snapshot.edits.count + 1, command: edit, problem: problem))
    return snapshot
  }
}
