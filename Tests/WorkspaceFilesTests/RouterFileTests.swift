import Domain
import Foundation
import Routing
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// Routers in `variants/NAME.yaml` and in `assay.yaml`.
@Suite struct RouterFileTests {
  private static let config =
    "models:\n  tiny: { api: mlx, path: hub:a/b }\nvariants:\n  small: { model: tiny }\n  large: { model: tiny }\n"

  @Test(arguments: [
    Router(
      cheap: "small", strong: "large",
      policy: .rules(
        [
          .init(when: .over(.words, 40), arm: .strong), .init(when: .not(.over(.digits, 2)), arm: .cheap),
          .init(when: .contains("it is"), arm: .strong), .init(when: .field("a: 'b'", is: "c # d"), arm: .cheap),
          .init(when: .not(.tag("{x}, [y]")), arm: .strong),
        ], otherwise: .cheap), origin: .init(set: "main", cases: 200)),
    Router(cheap: "large", strong: "small", policy: .cascade([.noAnswer, .refusal])),
    Router(
      cheap: "small", strong: "large",
      policy: .weights(
        bias: -0.125, [.init(when: .language("de"), value: 0.5), .init(when: .hasField("é"), value: -3)])),
  ])
  func aRouterIsWrittenAndReadBack(router: Router) async throws {
    try await withFolder(["assay.yaml": Self.config, "prompts/main/10-task.md": "Sort.\n"]) { folder in
      try await folder.files.add(Variant(name: "both", router: router))
      let workspace = try await folder.files.read()
      #expect(workspace.problems.filter { $0.severity == .error }.isEmpty, "\(workspace.problems)")
      #expect(workspace.variant("both")?.router == router)
    }
  }

  @Test func aRouterMayStandInAssayYAML() async throws {
    let workspace = try await read(
      Self.config + "  both: { router: { arms: [small, large], escalate: [cut] } }\n", [:])
    #expect(workspace.variant("both")?.router == Router(cheap: "small", strong: "large", policy: .cascade([.cut])))
  }

  @Test(arguments: [
    ("router: { arms: [small], escalate: [cut] }\n", 1, "router.arms", "two different variants"),
    ("router:\n  arms: [small, larg]\n  escalate: [cut]\n", 2, "router.arms", "Did you mean \"large\"?"),
    ("router:\n  arms: [small, both]\n  escalate: [cut]\n", 2, "router.arms", "one of its own arms"),
    ("router:\n  arms: [small, large]\n", 1, "router", "Needs rules, escalate or weights"),
    ("router:\n  arms: [small, large]\n  escalate: [cut]\n  rules: []\n  otherwise: small\n", nil, "router", "not two"),
    ("router:\n  arms: [small, large]\n  escalate: [bored]\n", 3, "router.escalate", "\"bored\""),
    (
      "router:\n  arms: [small, large]\n  rules:\n    - { when: wurds > 3, arm: large }\n  otherwise: small\n", 4,
      "when", "no question"
    ),
    (
      "router:\n  arms: [small, large]\n  rules:\n    - { when: words > 3, arm: huge }\n  otherwise: small\n", 4, "arm",
      "huge"
    ),
    ("router:\n  arms: [small, large]\n  rules: []\n", 1, "router", "Needs otherwise"),
    ("router:\n  arms: [small, large]\n  escalate: [cut]\n  otherwize: small\n", 4, "router.otherwize", "Unknown key"),
    ("router: { arms: [small, large], escalate: [cut] }\nmodel: tiny\n", 2, "model", "remove model"),
    ("router: { arms: [small, large], escalate: [cut] }\ntemprature: 0\n", 2, "temprature", "Unknown key"),
    ("router:\n  arms: [small, large]\n  weights: { words > 3: much }\n  bias: 0\n", 3, "weights", "a number"),
    ("router:\n  arms: [small, large]\n  weights: { words > 3: 1 }\n", 1, "router", "Needs bias"),
    ("router: yes\n", 1, "router", "Expected keys"),
    ("router:\n  arms: [small, large]\n  escalate: [cut]\n  learned: { set: main }\n", 4, "learned", "cases"),
  ])
  func aFlawHasFileLineAndKey(text: String, line: Int?, key: String, words: String) async throws {
    let workspace = try await read(Self.config, ["variants/both.yaml": text])
    let found = workspace.problems.filter { $0.severity == .error }
    let first = try #require(found.first { $0.message.contains(words) }, "\(found)")
    #expect(first.file == "variants/both.yaml")
    #expect(line == nil || first.line == line, "\(first)")
    #expect(first.key?.hasPrefix("variants.both.") == true && first.key?.contains(key) == true, "\(first)")
    #expect(workspace.variant("both") != nil || workspace.brokenVariants == ["both"])
    let set = workspace.evalSets[0]
    let small = try #require(workspace.variant("small"))
    #expect(workspace.flaws(of: small, prompt: workspace.prompts[0], set: set).isEmpty, "only the router is out")
  }

  @Test func aChainOfRoutersIsRefused() async throws {
    let workspace = try await read(
      Self.config,
      [
        "variants/one.yaml": "router: { arms: [small, large], escalate: [cut] }\n",
        "variants/two.yaml": "router: { arms: [one, large], escalate: [cut] }\n",
      ])
    #expect(workspace.variants.map(\.name) == ["small", "large", "one"])
    let problem = try #require(workspace.problems.first { $0.severity == .error })
    #expect(problem.file == "variants/two.yaml" && problem.message.contains("\"one\" is a router itself"))
  }

  @Test func manyRulesAreRefused() async throws {
    let rules = (0..<9).map { "    - { when: words > \($0), arm: large }\n" }.joined()
    let workspace = try await read(
      Self.config, ["variants/x.yaml": "router:\n  arms: [small, large]\n  rules:\n\(rules)  otherwise: small\n"])
    #expect(workspace.brokenVariants == ["x"])
  }
}
