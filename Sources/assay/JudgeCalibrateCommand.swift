import ArgumentParser
import Content
import Domain
import Files
import Foundation
import Grading
import NumberFormat
import Terminal
import WorkbenchCore

/// `assay judge calibrate NAME`: how far a judge agrees with a person.
struct JudgeCalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate", abstract: "Label answers, and measure how far a judge agrees with you.",
    discussion: """
      Up to 100 stored answers are chosen, half of which the judge passes, as far as there are so many. You see neither \
      what the judge says nor whose answer it is. On a terminal they are shown one by one; --sheet writes them to a file \
      whose labels --labels reads again. κ and the rates come from a half that is never shown with the judge's label.
      """)

  @Argument(help: "The judge.")
  var name: String
  @Option(help: "The eval set; all that the judge judges where not named.")
  var set: String?
  @Option(
    help: ArgumentHelp("Write the answers to label to this file (JSONL); - is standard output.", valueName: "file"))
  var sheet: String?
  @Option(help: ArgumentHelp("Read labels from this file: lines with id and label (pass or fail).", valueName: "file"))
  var labels: String?
  @Option(help: "The most answers to label.")
  var most = CalibrationSheet.most
  @OptionGroup var options: WorkspaceOptions

  func validate() throws {
    if sheet != nil, labels != nil { throw ValidationError("Give either --sheet or --labels.") }
    if !(4...10_000).contains(most) { throw ValidationError("--most takes a number from 4 to 10000.") }
  }

  func run() async throws {
    let workbench = try await options.trustedWorkbench()
    let judge = try await workbench.judge(named: name)
    if let set, await workbench.snapshot.workspace.evalSet(set) == nil {
      throw WorkbenchError.unknown("eval set", set, among: await workbench.snapshot.workspace.evalSets.map(\.name))
    }
    if let sheet { return try await write(sheet, judge, workbench) }
    var given = HumanLabels()
    if let labels {
      let bytes = try InputFile.bytes(labels, limit: 16 << 20, meaning: "a file of labels")
      given = try HumanLabels(String(decoding: bytes, as: UTF8.self), file: labels)
    } else if isatty(STDIN_FILENO) == 1, Console.errors.isTerminal {
      given = try await asked(judge, workbench)
    }
    let (record, disagreements) = try await workbench.calibrate(judge, on: set, with: given)
    let standing = await workbench.standing(of: judge)
    await workbench.close()
    if options.json {
      var object = Report.calibration(record).object ?? [:]
      object["judge"] = .string(judge.name)
      object["may_gate"] = .bool(standing.obstacle == nil)
      object["obstacle"] = standing.obstacle.map { .string($0) } ?? .null
      object["tuning_disagreements"] = .array(disagreements.map(Self.disagreement))
      return printJSON(JSONValue.object(object))
    }
    tell(record, standing, disagreements)
  }

  private func tell(
    _ record: JudgeRecord, _ standing: JudgeStanding, _ disagreements: [CalibrationSheet.Item]
  ) {
    var table = TextTable(
      .init("of \(record.labels) answers"), .init("judge fails", .right), .init("judge passes", .right))
    table.rows = [
      ["you fail", "\(record.table[0][0])", "\(record.table[0][1])"],
      ["you pass", "\(record.table[1][0])", "\(record.table[1][1])"],
    ]
    table.print()
    print("")
    print("\(name): \(record.words).")
    print(standing.obstacle ?? "It may gate: --fail-under takes scores that it counts in.")
    guard !disagreements.isEmpty else { return }
    print("")
    print("Where you differ in the half that is for tuning its prompt:")
    for item in disagreements.prefix(10) {
      print(
        "  \(item.caseID): the judge \(item.judgePasses ? "passes" : "fails") \(JSONValue.string(item.answer).excerpt)")
    }
    if disagreements.count > 10 { print("  and \(disagreements.count - 10) more (--json lists all)") }
  }

  private static func disagreement(_ item: CalibrationSheet.Item) -> JSONValue {
    [
      "id": .string(item.id), "set": .string(item.set), "case": .string(item.caseID), "answer": .string(item.answer),
      "judge": .string(item.judgePasses ? "pass" : "fail"),
    ]
  }

  private func write(_ path: String, _ judge: Judge, _ workbench: Workbench) async throws {
    let (chosen, _) = try await workbench.calibrationSheet(for: judge, on: set, most: most)
    let known = try await workbench.labels(for: judge)
    await workbench.close()
    let open = chosen.items.filter { known.passes[$0.id] == nil }
    guard !chosen.items.isEmpty else {
      throw WorkbenchError.input(
        "The judge \(judge.name) has judged no answers yet: run `assay eval` on a set whose graders ask it.")
    }
    let text = open.map { $0.json.text(.compact) + "\n" }.joined()
    if path == "-" {
      Console.output.write(text)
    } else {
      try FileBytes.replace(WorkspaceOptions.absolute(path), with: Data(text.utf8), for: .owner)
    }
    Wiring.say(
      "\(open.count) answers to label" + (path == "-" ? "" : " in \(path)")
        + ": write pass or fail as each label, then `assay judge calibrate \(judge.name) --labels \(path == "-" ? "FILE" : path)`."
        + (chosen.items.count > open.count ? " \(chosen.items.count - open.count) are labelled already." : ""))
  }

  /// Asks a person about each answer that has no label yet.
  private func asked(_ judge: Judge, _ workbench: Workbench) async throws -> HumanLabels {
    let (chosen, _) = try await workbench.calibrationSheet(for: judge, on: set, most: most)
    let known = try await workbench.labels(for: judge)
    let open = chosen.items.filter { known.passes[$0.id] == nil }
    var labels = HumanLabels()
    for (number, item) in open.enumerated() {
      Console.errors.line("")
      Console.errors.line("\(number + 1) of \(open.count)")
      Console.errors.line("Input: \(item.input.text(.spaced))")
      if let expected = item.expected { Console.errors.line("Expected: \(expected.text(.spaced))") }
      Console.errors.line("Answer: \(item.answer)")
      asking: while true {
        Console.errors.write("p pass, f fail, s skip, q quit: ")
        switch readLine(strippingNewline: true)?.trimmingCharacters(in: .whitespaces).lowercased() {
        case "p", "pass": labels.set(item.id, passes: true); break asking
        case "f", "fail": labels.set(item.id, passes: false); break asking
        case "s", "skip": break asking
        case "q", "quit", nil: return labels
        default: continue
        }
      }
    }
    return labels
  }
}
