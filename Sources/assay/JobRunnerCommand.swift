import ArgumentParser
import ModelAPI
import Trainers

/// `assay job-runner`: what a training job runs as, in a session of its own. Not for people.
struct JobRunnerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "job-runner", shouldDisplay: false)

  @Option(help: "The job's folder.")
  var job: String

  func run() async throws { try await JobRunner.run(folder: job, tuning: HTTPModelClients(servers: nil)) }
}
