import Domain
import Foundation
import NumberFormat
import Processes

/// Has a provider tune one of its models (a fine-tuning API in OpenAI's shape), and follows the job there.
struct HostedWork: JobWork {
  /// The base model, as the workspace names it, and where it is.
  var endpoint: HostedEndpoint
  /// What is learnt from.
  var method: TuningMethod
  /// Passes over the rows.
  var epochs: Int
  /// What the provider decides where it is nil.
  var batchSize: Int?
  var learningRateMultiplier: Double?
  var suffix: String?
  var seed: Int
  /// Dollars for a million tokens learnt from, where known.
  var price: Double?

  /// The work of a plan.
  /// - Throws: `TrainerFailure` where the settings are none that a provider takes.
  init(_ plan: TrainingPlan, tuning model: ModelSpec) throws {
    guard case .endpoint(let endpoint) = model.api else {
      throw TrainerFailure("The model \"\(model.name)\" isn't at an endpoint, so no provider can tune it.")
    }
    self.endpoint = HostedEndpoint(model, endpoint)
    let settings = plan.settings
    switch settings.objective {
    case .sft: method = .supervised
    case .dpo:
      guard settings.beta <= 2 else {
        throw TrainerFailure("A provider takes a beta of 2 at most, not \(settings.beta); lower training.beta.")
      }
      method = .dpo(beta: settings.beta)
    }
    guard settings.epochs < 50.5 else {
      throw TrainerFailure("A provider takes 50 epochs at most, not \(settings.epochs); lower training.epochs.")
    }
    epochs = max(1, Int(settings.epochs.rounded()))
    batchSize = settings.hosted.batchSize
    learningRateMultiplier = settings.hosted.learningRateMultiplier
    suffix = settings.hosted.suffix
    seed = settings.seed & 0x7FFF_FFFF
    price = model.price?.training
  }

  func run(_ job: RunningJob) async throws -> Int { try await run(job, pace: HostedPace()) }

  /// - Parameter pace: how often the provider is asked.
  func run(_ job: RunningJob, pace: HostedPace) async throws -> Int {
    guard let services = job.tuning else {
      throw TrainerFailure("This program can't reach providers, so the job can't be worked on.")
    }
    let service = try services.tuning(for: endpoint.model, workspace: job.workspace)
    // A stop that an earlier runner was asked for and didn't live to see.
    if job.folder.has(job.folder.stop) { job.stops.ask() }
    var hosted = try HostedJob(self, job, service, pace)
    return try await hosted.run()
  }

  /// What to ask the provider for.
  func request(label: String, train: String, valid: String?) -> TuningRequest {
    TuningRequest(
      label: label, model: endpoint.name, trainingFile: train, validationFile: valid, method: method, epochs: epochs,
      batchSize: batchSize, learningRateMultiplier: learningRateMultiplier, suffix: suffix, seed: seed)
  }

  /// What so many tokens cost, in words; nothing where that isn't known.
  func cost(ofTokens tokens: Int) -> String {
    guard let dollars = price.map({ Double(tokens) * $0 / 1e6 }) else { return "" }
    return dollars < 0.01 ? ", for less than a cent" : ", for about " + NumberFormat.dollars(dollars)
  }
}

/// A model at an endpoint, as a job's file keeps it. Holds no key.
struct HostedEndpoint: Codable, Sendable, Hashable {
  /// The model's name in the workspace.
  var workspaceName: String
  /// Its name at the endpoint.
  var name: String
  var dialect: String
  var baseURLs: [String]
  var keyEnvironment: String?
  var certificates: String?
  var allowsHTTP: Bool?
  var timeout: Double

  init(_ model: ModelSpec, _ endpoint: Endpoint) {
    workspaceName = model.name
    name = endpoint.model
    dialect = endpoint.dialect.word
    baseURLs = endpoint.baseURLs
    keyEnvironment = endpoint.keyEnvironment
    certificates = endpoint.certificates
    allowsHTTP = endpoint.allowsHTTP
    timeout = model.timeout
  }

  /// The model.
  var model: ModelSpec {
    ModelSpec(
      name: workspaceName,
      api: .endpoint(
        Endpoint(
          Endpoint.Dialect(word: dialect, title: dialect, usualAddress: ""), baseURLs: baseURLs, model: name,
          keyEnvironment: keyEnvironment, certificates: certificates, allowsHTTP: allowsHTTP ?? false)),
      timeout: timeout)
  }
}

/// How often a provider is asked how a job goes. Times are seconds.
struct HostedPace: Sendable {
  /// Between the first looks.
  var first = 2.0
  /// Between looks while nothing has changed for long.
  var longest = 60.0
  /// Between tries while the provider can't be reached.
  var longestTrouble = 300.0
  /// How often something is tried that must work before the job can begin.
  var tries = 12
  /// For how long a job that was asked for may still turn up.
  var settling = 30.0
}
