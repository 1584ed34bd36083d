import ArgumentParser
import Content
import Domain
import Evidence
import Foundation
import LocalEngine
import ModelAPI
import NumberFormat
import WorkbenchCore

/// `assay doctor`: what works here and what doesn't.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check the terminal, the local engine and its linear-algebra library, and the workspace.",
    discussion: "Renders every prompt with every case that a variant would be asked. Exits with status 1 on problems.")

  @OptionGroup var options: WorkspaceOptions

  private struct Check {
    var name: String
    var isGood: Bool
    var text: String
    /// What the command exits with for this.
    var status: Int32 = 0
    /// What is wrong in which file, where that is why.
    var problem: Problem?

    var json: JSONValue {
      var json: JSONObject = ["check": .string(name), "ok": JSONValue(isGood), "text": .string(text)]
      if let problem { json["error"] = Report.error(problem) }
      return .object(json)
    }
  }

  func run() async throws {
    var checks = [terminal()]
    let folder = await workspace()
    checks += (folder.isTrusted ? await engine(isNeeded: folder.hasLocalModel) : []) + folder.checks
    if options.json {
      printJSON(JSONValue.array(checks.map(\.json)))
    } else {
      for check in checks {
        let mark = check.isGood ? "✓" : check.status == 0 ? "!" : "✗"
        print("\(mark) \(check.name): \(check.text)")
      }
    }
    if let worst = checks.map(\.status).max(), worst != 0 { throw ExitCode(worst) }
  }

  private func terminal() -> Check {
    let environment = ProcessInfo.processInfo.environment
    let term = environment["TERM"] ?? ""
    let locale = environment["LC_ALL"] ?? environment["LC_CTYPE"] ?? environment["LANG"] ?? ""
    let isUTF8 = locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
    if term.isEmpty || term == "dumb" {
      return Check(
        name: "terminal", isGood: false,
        text: "TERM is \(term.isEmpty ? "not set" : term): only headless commands work here.")
    }
    let colors = environment["COLORTERM"].map { ", COLORTERM=\($0)" } ?? ""
    return Check(
      name: "terminal", isGood: true,
      text: "TERM=\(term)\(colors)" + (isUTF8 ? "" : "; the locale is not UTF-8, so C.UTF-8 is used for characters"))
  }

  private func engine(isNeeded: Bool) async -> [Check] {
    let engine = LocalEngine()
    do {
      let report = try await engine.doctor()
      let speed = "\(Int(report.gflops.rounded())) GFLOP/s in float32"
      return [
        Check(
          name: "engine", isGood: true,
          text:
            "mlx-lm \(report.library), mlx \(report.framework), Python \(report.python), \(report.device), \(report.cores) cores"
        ),
        Check(
          name: "BLAS", isGood: report.advice == nil,
          text: "\(report.blas), \(speed)" + (report.advice.map { ". \($0)" } ?? "")),
      ]
    } catch {
      return [
        Check(name: "engine", isGood: false, text: String(describing: error), status: isNeeded ? ExitStatus.model : 0)
      ]
    }
  }

  /// Whether each variant can be asked about each set: every case is rendered.
  private static func pairs(of workspace: Workspace) -> [Check] {
    workspace.renderings.map { pair in
      let name = "\(pair.prompt) with \(pair.set)"
      guard let first = pair.problems.first else {
        return Check(name: "prompt", isGood: true, text: "\(name): all \(pair.cases) cases render")
      }
      let shown = pair.problems.prefix(3).map(\.description).joined(separator: "; ")
      let more = pair.problems.count > 3 ? "; and \(pair.problems.count - 3) more" : ""
      let what =
        first.file == pair.path
        ? "\(pair.problems.count) of \(pair.cases) cases can't be rendered" : "nothing can be rendered"
      let variants = pair.variants.joined(separator: ", ")
      return Check(
        name: "prompt", isGood: false, text: "\(name) (\(variants)): \(what): \(shown)\(more)",
        status: ExitStatus.thresholdMissed, problem: first)
    }
  }

  private func workspace() async -> (checks: [Check], hasLocalModel: Bool, isTrusted: Bool) {
    do {
      let workbench = try await options.workbench()
      let snapshot = await workbench.snapshot
      await workbench.close()
      let workspace = snapshot.workspace
      let cases = workspace.evalSets.reduce(0) { $0 + $1.cases.count }
      var checks = [
        Check(
          name: "workspace", isGood: !workspace.problems.contains { $0.severity == .error },
          text: "\(workspace.name): "
            + [
              (workspace.prompts.count, "prompt"), (workspace.evalSets.count, "eval set"), (cases, "case"),
              (workspace.variants.count, "variant"), (snapshot.runs.count, "run"), (snapshot.jobs.count, "job"),
            ].map { NumberFormat.plural($0.0, $0.1) }.joined(separator: ", ")
        )
      ]
      checks += workspace.problems.map {
        Check(
          name: $0.severity == .error ? "problem" : "warning", isGood: false, text: $0.description,
          status: $0.severity == .error ? ExitStatus.thresholdMissed : 0, problem: $0.severity == .error ? $0 : nil)
      }
      checks += Self.pairs(of: workspace)
      if let asked = TrustQuestion.permissions(snapshot.trust) {
        checks.append(
          Check(
            name: "trust", isGood: false,
            text: "not trusted, so the engine and keys were not checked; `assay trust` lists what it asks for"
              + (asked.isEmpty ? "" : " (\(asked.count))")))
        return (checks, workspace.models.contains(where: \.isLocal), false)
      }
      for model in workspace.models {
        guard case .endpoint(let endpoint) = model.api, let name = model.keyEnvironment, let host = endpoint.host else {
          continue
        }
        let isSet = ProcessInfo.processInfo.environment[name]?.isEmpty == false
        let isKept = if isSet { false } else { await KeyStore.system.key(for: KeyName(name, for: host)) != nil }
        let text =
          isSet
          ? "\(name) is set for \(model.name)"
          : isKept
            ? "the system's key store has \(name) for \(model.name)"
            : "\(name) is not set; \(model.name) needs it: export \(name)=…, or assay key set \(name) --for \(host)"
        checks.append(Check(name: "key", isGood: isSet || isKept, text: text))
      }
      return (checks, workspace.models.contains(where: \.isLocal), true)
    } catch {
      return (
        [Check(name: "workspace", isGood: false, text: String(describing: error), status: ExitStatus.usage)], false,
        true
      )
    }
  }
}
