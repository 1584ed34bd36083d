import ArgumentParser
import Content
import Domain
import NumberFormat
import Routing
import WorkbenchCore

/// `assay router`: sends easy inputs to a cheap variant and the rest to a strong one.
struct RouterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "router", abstract: "Send each input to the variant that is good enough for it.",
    subcommands: [Learn.self, Show.self])

  /// `assay router learn`.
  struct Learn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "learn",
      abstract: "Learn routers between two variants from their stored answers; no model is asked.",
      discussion: """
        Rules of at most five predicates, a cascade (cheap first) and weights of words are each judged on cases that they \
        were not learnt from. One is offered only if it is shown to be better than the cheap variant alone, and than \
        sending as many cases to the other one at random.
        """)

    @Argument(help: "One variant.")
    var a: String
    @Argument(help: "The other one.")
    var b: String
    @Option(help: "The eval set; the first that is not held out when not named.")
    var set: String?
    @Option(
      help: ArgumentHelp(
        "Write the router to variants/NAME.yaml; exits with status 1 when none is better.", valueName: "name"))
    var save: String?
    @Option(help: "Take this kind of router: rules, cascade or weights; the best one when not named.")
    var kind: RouterKind?
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let report = try await workbench.answer(to: RouterLabQuery(a, b, set: set))
      let chosen = report.chosen(kind)
      if options.json {
        printJSON(report.json(chosen))
      } else {
        for line in report.lines(chosen) { print(line) }
      }
      if let save {
        guard let chosen else {
          await workbench.close()
          Wiring.say("Nothing was written: no \(kind.map { "\($0.rawValue) router" } ?? "router") is better.")
          throw ExitCode(ExitStatus.thresholdMissed)
        }
        try await workbench.save(chosen.router, as: save)
        let held = await workbench.snapshot.workspace.evalSets.first(where: \.isHeldOut)?.name
        Wiring.say(
          "The router is in \(Variant.path(of: save)). Evaluate it on cases that it was not learnt from: assay eval \(save)"
            + (held.map { " --set \($0)" } ?? " --set …"))
      }
      await workbench.close()
    }
  }

  /// `assay router show`.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show what routers do, and where a case would go.")

    @Argument(help: "Routers of the workspace; all of them when none is named.")
    var names: [String] = []
    @Option(name: .customLong("case"), help: "Say where the case with this id goes, and why; may be repeated.")
    var cases: [String] = []
    @Option(help: "The eval set of the cases; the workspace's first when not named.")
    var set: String?
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let workspace = await workbench.snapshot.workspace
      await workbench.close()
      Wiring.report(workspace.problems)
      let routers = workspace.variants.filter(\.isRouter)
      for name in names where !routers.contains(where: { $0.name == name }) {
        throw WorkbenchError.unknown("router", name, among: routers.map(\.name))
      }
      let shown = routers.filter { names.isEmpty || names.contains($0.name) }
      if shown.isEmpty, !options.json {
        return Wiring.say("There is no router yet: assay router learn CHEAP STRONG --save NAME")
      }
      let chosen = try chosenCases(workspace)
      if options.json {
        return printJSON(
          JSONValue.array(
            shown.compactMap { variant in variant.router.map { json(variant, $0, chosen) } }))
      }
      for variant in shown {
        guard let router = variant.router else { continue }
        print("\(variant.name): \(router.kind.rawValue) between \(router.cheap) and \(router.strong)")
        for line in router.lines { print("  \(line)") }
        if let origin = router.origin {
          print("  learnt from \(NumberFormat.plural(origin.cases, "case")) of \(origin.set)")
        }
        for evalCase in chosen {
          let choice = router.choice(for: InputFeatures(RouteInput(evalCase)))
          print("  case \(evalCase.id) → \(router.name(of: choice.arm)): \(choice.reason)")
        }
      }
    }

    private func chosenCases(_ workspace: Workspace) throws -> [EvalCase] {
      guard !cases.isEmpty else { return [] }
      guard let set = set == nil ? workspace.evalSets.first : workspace.evalSet(set ?? "") else {
        throw WorkbenchError.unknown("eval set", set ?? "main", among: workspace.evalSets.map(\.name))
      }
      return try cases.map { id in
        guard let found = set.cases.first(where: { $0.id == id }) else {
          throw WorkbenchError.input("The eval set \"\(set.name)\" has no case \"\(id)\".")
        }
        return found
      }
    }

    private func json(_ variant: Variant, _ router: Router, _ cases: [EvalCase]) -> JSONValue {
      [
        "variant": .string(variant.name), "kind": .string(router.kind.rawValue), "router": .object(router.json),
        "cases": .array(
          cases.map { evalCase in
            let choice = router.choice(for: InputFeatures(RouteInput(evalCase)))
            return [
              "case": .string(evalCase.id), "arm": .string(router.name(of: choice.arm)),
              "reason": .string(choice.reason),
            ]
          }),
      ]
    }
  }
}

/// A kind of router as an option's value.
enum RouterKind: String, ExpressibleByArgument, CaseIterable {
  case rules, cascade, weights
}
