import ArgumentParser
import Content
import Domain
import Foundation
import WorkbenchCore

/// `assay batches`: what is at providers.
struct BatchesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batches", abstract: "List batches that a provider is working on; cancel them.",
    subcommands: [List.self, Cancel.self, Forget.self], defaultSubcommand: List.self)

  /// `assay batches list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List batches whose answers aren't here yet.")
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.trustedWorkbench()
      let batches = try await workbench.openBatches()
      let runs = await workbench.snapshot.runs
      await workbench.close()
      func variant(_ batch: BatchRecord) -> String { runs.first { $0.id == batch.run }?.variant.name ?? "?" }
      if options.json {
        let reports = batches.map { batch -> JSONValue in
          [
            "run": JSONValue(Int(batch.run.number)), "variant": .string(variant(batch)),
            "batch": batch.batch.map { .string($0) } ?? .null, "requests": JSONValue(batch.requests),
            "created": .string(ISO8601DateFormatter().string(from: batch.created)),
          ]
        }
        return printJSON(JSONValue.array(reports))
      }
      guard !batches.isEmpty else { return print("No batch is under way. Start one: assay eval VARIANT --batch") }
      var table = TextTable(
        .init("run", .right), .init("variant"), .init("batch"), .init("requests", .right), .init("handed in"))
      table.rows = batches.map {
        [
          $0.run.description, variant($0), $0.batch ?? "not known to have arrived", "\($0.requests)",
          Report.day($0.created),
        ]
      }
      table.print()
      print("Evaluating the variant again waits for the answers and takes them in.")
    }
  }

  /// `assay batches forget`.
  struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Wait for a run's batches no more; what they answered is lost, and their cases are asked again.")
    @Argument(help: "The run's number.")
    var run: Int64
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.trustedWorkbench()
      let count = try await workbench.forgetBatches(of: RunID(run))
      await workbench.close()
      print(count == 0 ? "Run \(run) has no batch under way." : "Run \(run) waits for \(count) batches no more.")
    }
  }

  /// `assay batches cancel`.
  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask the provider to stop a run's batches; what is answered by then can still be taken in.")
    @Argument(help: "The run's number.")
    var run: Int64
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.trustedWorkbench()
      let count = try await workbench.cancelBatches(of: RunID(run))
      await workbench.close()
      print(
        count == 0
          ? "Run \(run) has no batch under way."
          : "Asked to stop \(count) of run \(run). Evaluate it again to take in what was answered.")
    }
  }
}
