import ArgumentParser
import Domain
import ModelAPI
import Trainers
import Trust
import WorkbenchCore

/// `assay job-runner`: what a training job runs as, in a session of its own. Not for people.
struct JobRunnerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "job-runner", shouldDisplay: false)

  @Option(help: "The job's folder.")
  var job: String

  /// The signature says that a trusted workspace asked for this work, so that it may reach what the work names.
  func run() async throws {
    try await JobRunner.run(
      folder: job, signer: InstallationSigner(), tuning: HTTPModelClients(servers: nil, gate: OpenGate()))
  }
}
