import ArgumentParser
import Content
import Domain
import Foundation
import NumberFormat
import WorkbenchCore

/// `assay models`: what models the workspace has, and what they can do.
struct ModelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the workspace's models; test and time them; quantise one.",
    subcommands: [List.self, Test.self, Quantize.self], defaultSubcommand: List.self)

  /// `assay models list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the models, with what was found out when they were last tested.")
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let snapshot = await workbench.snapshot
      await workbench.close()
      Wiring.report(snapshot.workspace.problems)
      let models = snapshot.workspace.models
      if options.json {
        let reports = models.map { Report.model($0, snapshot.probes[$0.place]) }
        return printJSON(JSONValue.array(reports))
      }
      guard !models.isEmpty else { throw WorkbenchError.input("assay.yaml has no models; add one.") }
      var table = TextTable(
        .init("model"), .init("api"), .init("where"), .init("at once", .right), .init("price in/out", .right),
        .init("one token", .right), .init("tokens/s", .right), .init("tested"))
      table.rows = models.map { model in
        let probe = snapshot.probes[model.place]
        return [
          model.name, model.api.word, model.api.address, "\(model.concurrency)",
          model.price.map(Self.inAndOut) ?? "–",
          probe?.latency.map { NumberFormat.duration($0) } ?? "–",
          probe?.tokensPerSecond.map { "\(Int($0.rounded()))" } ?? "–",
          probe.flatMap { $0.latency == nil ? nil : Report.day($0.time) } ?? "not yet",
        ]
      }
      table.print()
      if models.contains(where: { $0.price?.asOf != nil }) {
        print("* dollars for a million tokens as of \(PriceTable.date); a price in assay.yaml goes before.")
      }
    }

    /// Dollars per million tokens; a star marks what Assay's own table says.
    private static func inAndOut(_ price: TokenPrice) -> String {
      "$\(plain(price.rates.input))/\(plain(price.rates.output))" + (price.asOf == nil ? "" : "*")
    }

    private static func plain(_ value: Double) -> String {
      value == value.rounded() ? "\(Int(value))" : "\(value)"
    }
  }

  /// `assay models test`.
  struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask models a few small questions: whether they answer, how fast, and which options they honour.",
      discussion: """
        Takes about two dozen short requests for each model, and four for each adapter that a variant uses there. What was \
        found out is kept with its date, and what is served under the same name as before is compared.
        """)
    @Argument(help: "Models of the workspace; all of them when none is named.")
    var models: [String] = []
    @OptionGroup var spending: SpendingOptions
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.trustedWorkbench()
      let workspace = await workbench.snapshot.workspace
      let earlier = await workbench.snapshot.probes
      Wiring.report(workspace.problems)
      let names = models.isEmpty ? workspace.models.map(\.name) : models
      guard !names.isEmpty else { throw WorkbenchError.input("assay.yaml has no models; add one to test.") }
      try await spending.ask(names.map(Command.testModel), on: workbench)
      var reports: [JSONValue] = []
      var failure: (any Error)?
      for name in names {
        do {
          let probe = try await Wiring.interruptible { try await workbench.testModel(name, consent: .given) }
          guard let model = workspace.model(name) else { continue }
          reports.append(Report.model(model, probe))
          if !options.json { Self.show(model, probe, earlier[model.place]) }
        } catch  where !(error is CancellationError) {
          failure = failure ?? error
          Wiring.say("\(name): \(error)")
          reports.append(["name": .string(name), "error": Report.error(error)])
        }
      }
      await workbench.close()
      if options.json { printJSON(JSONValue.array(reports)) }
      if let failure { throw ExitCode(ExitStatus.of(failure)) }
    }

    private static func show(_ model: ModelSpec, _ probe: ModelProbe, _ earlier: ModelProbe?) {
      let speed = probe.tokensPerSecond.map { ", \(Int($0.rounded())) tokens/s" } ?? ""
      let server = probe.server.map { ", \($0)" } ?? ""
      print(
        "\(model.name) (\(model.api.address)): one token in \(NumberFormat.duration(probe.latency ?? 0))\(speed)\(server)"
      )
      for ability in ModelProbe.Ability.allCases {
        guard let finding = probe.findings[ability] else { continue }
        let mark = [.works: "✓", .ignored: "!", .refused: "✗"][finding] ?? "?"
        let words = finding == .ignored ? "ignored: taken without complaint, without effect" : finding.rawValue
        print("  \(mark) \(ability.rawValue): \(words)")
      }
      for replacement in earlier.map({ probe.replacements(since: $0) }) ?? [] {
        let date = earlier.map { Report.day($0.time) } ?? ""
        let why =
          replacement.now.map { "it comes from \($0) now, then from \(replacement.before ?? "elsewhere")" }
          ?? "it answers the same questions otherwise"
        print(
          "  ! \(replacement.name) has changed since \(date): \(why). Runs from before can't be compared with later ones."
        )
      }
      if case .endpoint(let endpoint) = model.api, !probe.models.isEmpty, !probe.models.contains(endpoint.model) {
        let some = probe.models.prefix(8).joined(separator: ", ")
        print("  ! its list of models has no \"\(endpoint.model)\": \(some)\(probe.models.count > 8 ? " …" : "")")
      }
    }
  }
}

extension ModelSpec.API {
  /// Where it is, for people.
  var address: String {
    switch self {
    case .endpoint(let endpoint):
      "\(endpoint.model) at \(endpoint.baseURLs.first ?? "")"
        + (endpoint.baseURLs.count > 1 ? " and \(endpoint.baseURLs.count - 1) more" : "")
    case .mlx(let path): path
    case .command(let words): words.joined(separator: " ")
    case .replay(let file): file
    }
  }
}

extension Report {
  /// A model with what was found out.
  static func model(_ model: ModelSpec, _ probe: ModelProbe?) -> JSONValue {
    var report: JSONObject = [
      "name": .string(model.name), "api": .string(model.api.word), "address": .string(model.api.address),
      "concurrency": JSONValue(model.concurrency),
      "price": model.price.map {
        [
          "input": JSONValue($0.rates.input), "cached_input": JSONValue($0.rates.cachedInput),
          "cache_write": JSONValue($0.rates.cacheWrite), "cache_write_1h": JSONValue($0.rates.longCacheWrite),
          "output": JSONValue($0.rates.output), "as_of": $0.asOf.map { .string($0) } ?? .null,
        ]
      } ?? .null,
      "tested": probe.flatMap { $0.latency == nil ? nil : .string(ISO8601DateFormatter().string(from: $0.time)) }
        ?? .null,
    ]
    if let probe {
      var findings: JSONObject = [:]
      for ability in ModelProbe.Ability.allCases {
        findings[ability.rawValue] = probe.findings[ability].map { .string($0.rawValue) }
      }
      report["replaced"] = .object(
        JSONObject(
          (probe.replaced ?? [:]).sorted { $0.key < $1.key }
            .map { (key: $0.key, value: .string(ISO8601DateFormatter().string(from: $0.value))) }))
      report["latency_ms"] = probe.latency.map { rounded($0 * 1000, 1) } ?? .null
      report["tokens_per_second"] = probe.tokensPerSecond.map { rounded($0, 1) } ?? .null
      report["findings"] = .object(findings)
      report["server"] = probe.server.map { .string($0) } ?? .null
      if case .endpoint(let endpoint) = model.api, !probe.models.isEmpty {
        report["is_listed"] = JSONValue(probe.models.contains(endpoint.model))
      }
      report["models"] = .array(probe.models.map { .string($0) })
    }
    return .object(report)
  }

  /// A day in the local calendar.
  static func day(_ date: Date) -> String {
    let parts = Calendar.current.dateComponents([.year, .month, .day], from: date)
    return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
  }
}
