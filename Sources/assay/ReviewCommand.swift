import ArgumentParser
import Content
import Domain
import Foundation
import WorkbenchCore

/// `assay review`: what a person found when reading answers.
struct ReviewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Say which of two answers to a case is better, or what the answer should have been.",
    discussion: """
      Without a case it lists what was found so far. `assay review t-012 prompted tuned --better b` prefers the answer of \
      the second run; `assay review t-012 tuned --answer FILE` keeps what the answer should have been. `assay data \
      collect` takes edited and preferred answers before all others. `--failure "wrong tone"` says how an answer fails, and \
      `--pairs FILE` writes every preference as a pair of a chosen and a rejected answer, for preference training (DPO).
      """)

  @Argument(help: "The case's id.")
  var caseID: String?
  @Argument(help: "A run: a variant (its newest run), or a number. Behind # the number of a further answer, as in 7#2.")
  var a: String?
  @Argument(help: "The run to compare with, for --better.")
  var b: String?
  @Option(
    help: ArgumentHelp(
      "Which answer is better: a (the first run's), b, both (are good) or neither.", valueName: "which"))
  var better: Preference.Better?
  @Option(help: "A file with what the answer should have been; - reads it from standard input.", completion: .file())
  var answer: String?
  @Option(help: ArgumentHelp("How the answer fails, in your own words.", valueName: "name"))
  var failure: String?
  @Option(
    help: ArgumentHelp(
      "Write the preferences as pairs to this file of the workspace, such as train/preferred.jsonl.",
      valueName: "file"))
  var pairs: String?
  @Option(help: "The prompt that a tuned model will be asked with, for --pairs.")
  var prompt: String?
  @Flag(
    help:
      "Take back what was found: of two runs which is better, of one run the edited answer; with --failure the failure."
  )
  var forget = false
  @Option(help: "The eval set of the variants' runs; the workspace's first where not named.")
  var set: String?
  @OptionGroup var options: WorkspaceOptions

  func validate() throws {
    let asked = [better != nil, answer != nil, failure != nil, forget && failure == nil].count { $0 }
    if pairs != nil {
      guard caseID == nil, asked == 0 else { throw ValidationError("--pairs takes all preferences: name no case.") }
      return
    }
    guard caseID != nil else {
      if asked > 0 { throw ValidationError("Name a case and a run.") }
      return
    }
    guard a != nil else { throw ValidationError("Name the run whose answer it is: a variant, or a number.") }
    guard asked == 1 else { throw ValidationError("Give one of --better, --answer, --failure and --forget.") }
    if better != nil, b == nil { throw ValidationError("--better takes two runs: name the other one too.") }
    if failure != nil, b != nil { throw ValidationError("--failure takes one run.") }
    if answer != nil, b != nil { throw ValidationError("--answer takes one run.") }
  }

  func run() async throws {
    let workbench = try await options.workbench()
    if let pairs { return try await write(pairs, workbench) }
    guard let caseID, let a else {
      let reviews = await workbench.snapshot.reviews
      await workbench.close()
      return show(reviews)
    }
    let first = try await place(a, workbench)
    let finding: ReviewRequest.Finding
    if let failure {
      finding = .failure(mode: failure, isMarked: !forget)
    } else if let b {
      finding = .better(than: try await place(b, workbench), better)
    } else {
      finding = .answer(try answer.map(Self.text))
    }
    try await workbench.perform(.review(ReviewRequest(caseID: caseID, output: first, finding: finding)))
    let reviews = await workbench.snapshot.reviews
    await workbench.close()
    Wiring.say(
      "\(reviews.preferences.count) preferences, \(reviews.corrections.count) edited answers and \(reviews.failures.count) "
        + "named failures are kept in this workspace.")
  }

  /// Writes every preference as a pair; runs on the named set, or on all.
  private func write(_ path: String, _ workbench: Workbench) async throws {
    let snapshot = await workbench.snapshot
    let preferred = snapshot.reviews.preferences.filter {
      ($0.better == .a || $0.better == .b) && (set == nil || $0.set == set)
    }
    guard !preferred.isEmpty else {
      throw WorkbenchError.input("Nobody preferred an answer yet: P in Compare, or `assay review CASE A B --better b`.")
    }
    let runs = Set(preferred.flatMap { [$0.a.run, $0.b.run] }).sorted()
    let report = try await workbench.collect(
      CollectRequest(
        runs: runs, kind: .pairs, prompt: prompt ?? snapshot.workspace.training.prompt,
        filter: CollectFilter(onlyPreferred: true), path: path))
    await workbench.close()
    Wiring.say("\(report.rows) pairs in \(report.path)" + (report.leftOutWords.map { "; \($0)." } ?? "."))
  }

  /// The answer that a name means.
  private func place(_ name: String, _ workbench: Workbench) async throws -> OutputPlace {
    let parts = name.split(separator: "#", omittingEmptySubsequences: false)
    var sample = 0
    if parts.count == 2 {
      guard let number = Int(parts[1]), number >= 1 else {
        throw WorkbenchError.input("\"\(name)\" is no answer: write a run, # and the answer's number, such as 7#2.")
      }
      sample = number - 1
    }
    let run = parts.count == 2 ? String(parts[0]) : name
    let sets = await workbench.snapshot.workspace.evalSets
    return OutputPlace(run: try await workbench.run(named: run, set: set ?? sets.first?.name).id, sample: sample)
  }

  private static func text(_ path: String) throws -> String {
    let bytes = try InputFile.bytes(path, limit: 4 << 20, meaning: "a file with the right answer")
    guard var text = String(validating: bytes, as: UTF8.self) else {
      throw WorkbenchError.input("\(path) isn't UTF-8 text; save the right answer as UTF-8.")
    }
    // Editors end a file with a line break, which is no part of the answer.
    if text.hasSuffix("\n") { text.removeLast() }
    return text
  }

  private func show(_ reviews: Reviews) {
    if options.json {
      for one in reviews.preferences { printJSON(Report.preference(one), .compact) }
      for one in reviews.corrections { printJSON(Report.correction(one), .compact) }
      for one in reviews.failures { printJSON(Report.failure(one), .compact) }
      return
    }
    guard !reviews.isEmpty else {
      return Wiring.say("Nothing was found of answers yet: m and e in Compare, or `assay review CASE …`.")
    }
    var table = TextTable(.init("set"), .init("case"), .init("answers"), .init("found", priority: 1))
    table.rows =
      reviews.preferences.map { one in
        let words: [Preference.Better: String] = [
          .a: "\(one.a) is better", .b: "\(one.b) is better", .both: "both are good", .neither: "neither is good",
        ]
        return [one.set, one.caseID, "\(one.a), \(one.b)", words[one.better] ?? ""]
      }
      + reviews.corrections.map { one in
        let line = one.text.split(whereSeparator: \.isNewline).first.map { String($0.prefix(60)) } ?? ""
        return [one.set, one.caseID, "\(one.source)", "should be: \(line)"]
      } + reviews.failures.map { [$0.set, $0.caseID, "\($0.place)", "fails: \($0.mode)"] }
    for line in table.lines(width: nil) { print(line) }
  }
}

extension Preference.Better: ExpressibleByArgument {}

extension Report {
  static func preference(_ one: Preference) -> JSONValue {
    [
      "set": .string(one.set), "case": .string(one.caseID), "a": place(one.a), "b": place(one.b),
      "better": .string(one.better.rawValue),
    ]
  }

  static func correction(_ one: Correction) -> JSONValue {
    [
      "set": .string(one.set), "case": .string(one.caseID), "edited": place(one.source), "answer": .string(one.text),
    ]
  }

  static func failure(_ one: FailureMark) -> JSONValue {
    ["set": .string(one.set), "case": .string(one.caseID), "answer": place(one.place), "failure": .string(one.mode)]
  }

  private static func place(_ place: OutputPlace) -> JSONValue {
    ["run": JSONValue(Int(place.run.number)), "sample": JSONValue(place.sample)]
  }
}
