import ArgumentParser
import Content
import Domain
import WorkbenchCore

extension DataCommand {
  /// Makes training rows of runs' outputs.
  struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "collect",
      abstract: "Make training rows of what runs answered well: the best answer to each case.",
      discussion: """
        An answer is good when every grader passed it, or when a person preferred it (`assay review`, or m in Compare). \
        What a person wrote in its place (e in Compare) comes first. To distil a large model with a long prompt into a \
        small one, collect from the large model's run and name the short prompt with --prompt: the rows carry that one. \
        Each row keeps where it came from (source), and rows of one case stay on one side of a split (group). Their cases \
        stand in an eval set: measure the tuned model on other cases.
        """)

    @Argument(help: "Runs: variants (their newest run), or numbers. The same cases of several compete.")
    var runs: [String]
    @Option(help: "The eval set of the variants' runs; any where not named.")
    var set: String?
    @Option(
      help: ArgumentHelp(
        "The prompt that the rows carry: what the tuned model will be asked with. training.prompt, or else the runs' own.",
        valueName: "name"))
    var prompt: String?
    @Option(help: ArgumentHelp("Only answers with at least this score (0 to 1).", valueName: "score"))
    var minScore: Double?
    @Option(
      help: ArgumentHelp(
        "Only answers that at least this share of a case's repeats gave (above 0 to 1), such as 0.67.",
        valueName: "share"))
    var agreement: Double?
    @Flag(help: "Write preference pairs: a good and a worse answer to each case.")
    var pairs = false
    @Option(
      help: "The file to write, relative to the workspace; one named after the runs in train/ where not given.",
      completion: .file(extensions: ["jsonl"]))
    var output: String?
    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
      if let minScore, !(0...1).contains(minScore) { throw ValidationError("--min-score must be from 0 to 1.") }
      if let agreement, !(agreement > 0 && agreement <= 1) {
        throw ValidationError("--agreement must be above 0, at most 1.")
      }
      if let output, !output.hasSuffix(".jsonl") { throw ValidationError("--output must end with .jsonl.") }
    }

    func run() async throws {
      let workbench = try await options.workbench()
      let workspace = await workbench.snapshot.workspace
      Wiring.report(workspace.problems)
      var ids: [RunID] = []
      for name in runs {
        let run = try await workbench.run(named: name, set: set)
        if !ids.contains(run.id) { ids.append(run.id) }
      }
      let kind: CollectRequest.Kind = pairs ? .pairs : .answers
      let request = CollectRequest(
        runs: ids, kind: kind, prompt: prompt ?? workspace.training.prompt,
        filter: CollectFilter(minScore: minScore, minAgreement: agreement),
        path: output ?? CollectRequest.path(of: ids, kind: kind))
      let report = try await workbench.collect(request)
      await workbench.close()
      if options.json { return printJSON(Report.harvest(report)) }
      let details = [(report.edited, "edited"), (report.preferred, "preferred by a person")]
        .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
      print(
        "\(report.rows) \(pairs ? "pair" : "row")\(report.rows == 1 ? "" : "s") in \(report.path)"
          + (details.isEmpty ? "" : " (\(details))"))
      if let words = report.leftOutWords { print(words) }
      Wiring.say("Look at them before they are learnt: `assay data check \(report.path)`.")
    }
  }
}

extension Report {
  /// What came of collecting.
  static func harvest(_ report: CollectReport) -> JSONValue {
    let leftOut = CollectReport.Reason.allCases.compactMap { reason in
      report.leftOut[reason].map { (key: "\(reason)", value: JSONValue($0)) }
    }
    return [
      "path": .string(report.path), "rows": JSONValue(report.rows), "edited": JSONValue(report.edited),
      "preferred": JSONValue(report.preferred), "left_out": .object(JSONObject(leftOut)),
    ]
  }
}
