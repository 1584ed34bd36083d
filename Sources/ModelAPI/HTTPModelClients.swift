import Content
import Domain
import Files
import Foundation
import Grading
import Synchronization

/// Makes the clients of all models: those reached over HTTP, of the local engine, of programs, and of recorded answers.
/// They share one pool of connections; clients of the same local model share one lease of its engine, and those of the same
/// command one program.
///
/// Hold a client for as long as the engine or program should stay; call `shutdown()` at the end of the program.
package final class HTTPModelClients: ModelClients, TuningServices {
  private struct Local: Hashable {
    var model: String
    var adapter: String?
  }

  private struct Command: Hashable {
    var words: [String]
    var variables: [String]
    var folder: String
  }

  private struct WeakCommand {
    weak var process: CommandProcess?
  }

  private struct GraderKey: Hashable {
    var program: GraderProgram
    var folder: String
  }

  private struct WeakGrader {
    weak var process: GraderProcess?
  }

  private struct WeakLease {
    weak var lease: EngineLease?
  }

  private let dialects: [APIDialect]
  private let servers: (any ModelServers)?
  private let gate: any TrustGate
  private let limits: HTTPLimits
  private let keys: KeyStore
  private let environment: @Sendable (String) -> String?
  private let connections: Connections
  private let certificates: CertificateReader
  private let leases = Mutex<[Local: WeakLease]>([:])
  private let commands = Mutex<[Command: WeakCommand]>([:])
  private let graders = Mutex<[GraderKey: WeakGrader]>([:])

  /// Makes clients with the process's environment and the system's key store.
  /// - Parameter servers: starts local engines; without it models of type `mlx` are refused with a sentence.
  /// - Parameter gate: says which of a workspace's models may be reached.
  package convenience init(
    servers: (any ModelServers)?, dialects: [APIDialect] = APIDialect.builtIn, gate: any TrustGate,
    limits: HTTPLimits = HTTPLimits()
  ) {
    self.init(
      servers: servers, dialects: dialects, gate: gate, limits: limits, keys: .system,
      environment: APIKey.processEnvironment)
  }

  /// Makes clients that read keys and proxies from a given environment, and keys that it lacks from a key store.
  package init(
    servers: (any ModelServers)?, dialects: [APIDialect] = APIDialect.builtIn, gate: any TrustGate = OpenGate(),
    limits: HTTPLimits = HTTPLimits(), keys: KeyStore = .none,
    environment: @escaping @Sendable (String) -> String?
  ) {
    self.servers = servers
    self.dialects = dialects
    self.gate = gate
    self.limits = limits
    self.keys = keys
    self.environment = environment
    connections = Connections(limits: limits, proxies: ProxySettings(environment: environment))
    certificates = CertificateReader(environment: environment)
  }

  /// A client for a model. The arguments are checked here; nothing is sent or started.
  /// - Throws: `WorkbenchError.untrusted`, or `ModelFailure.rejected` with a sentence.
  package func client(for model: ModelSpec, adapter: String?, workspace: String) throws -> any ModelClient {
    try gate.require(model.permissions)
    switch model.api {
    case .endpoint(let endpoint):
      var endpoint = endpoint
      endpoint.model = adapter ?? endpoint.model
      return try client(of: endpoint, model, workspace: workspace)
    case .command(let words):
      var options = model.options
      if let adapter { options["adapter"] = .string(adapter) }
      return CommandClient(
        process: command(words, model.environment, in: workspace), options: options, timeout: model.timeout)
    case .mlx(let path):
      guard let servers else {
        throw ModelFailure.rejected("The model \(model.name) needs the local engine, which isn't available here.")
      }
      let key = Local(
        model: HubID(path) == nil ? try Self.modelFolder(path, in: workspace) : path,
        adapter: try adapter.map { adapter throws(ModelFailure) in try Self.modelFolder(adapter, in: workspace) })
      let lease = leases.withLock { leases in
        leases = leases.filter { $0.value.lease != nil }
        if let lease = leases[key]?.lease { return lease }
        let lease = EngineLease(servers: servers, model: key.model, adapter: key.adapter)
        leases[key] = WeakLease(lease: lease)
        return lease
      }
      return LocalChatClient(lease: lease, options: model.options) { [self] place in
        var service = service(place.address, key: nil, timeout: model.timeout)
        if let secret = place.secret { service.key = .fixed(secret) }
        return service
      }
    case .replay(let file):
      return ReplayClient(path: try Self.file(file, in: workspace), name: file, limit: limits.recordingBytes)
    }
  }

  /// Closes all connections and ends all programs. Requests under way fail, and so do later ones.
  package func shutdown() async {
    for process in commands.withLock({ $0.values.compactMap(\.process) }) { await process.close() }
    for process in graders.withLock({ $0.values.compactMap(\.process) }) { await process.close() }
    await connections.close()
  }

  /// A client of a grader's program; who asks for the same one shares it.
  /// - Throws: `WorkbenchError.untrusted`.
  package func grader(_ program: GraderProgram, workspace: String) throws -> any GraderClient {
    try gate.require([program.permission])
    return graders.withLock { graders in
      graders = graders.filter { $0.value.process != nil }
      let key = GraderKey(program: program, folder: workspace)
      if let process = graders[key]?.process { return process }
      let process = GraderProcess(program, in: workspace, limit: limits.bodyBytes)
      graders[key] = WeakGrader(process: process)
      return process
    }
  }

  private func command(_ words: [String], _ variables: [String], in folder: String) -> CommandProcess {
    commands.withLock { commands in
      commands = commands.filter { $0.value.process != nil }
      let key = Command(words: words, variables: variables, folder: folder)
      if let process = commands[key]?.process { return process }
      let process = CommandProcess(words, variables: variables, in: folder, limits: limits)
      commands[key] = WeakCommand(process: process)
      return process
    }
  }

  /// A client of an endpoint's servers, in what they speak.
  private func client(of endpoint: Endpoint, _ model: ModelSpec, workspace: String) throws -> any ModelClient {
    let dialect = try dialect(of: endpoint)
    let services = try services(of: endpoint, dialect, model, workspace: workspace)
    let options = model.options
    let learnt = LearntNames(usesMaxCompletionTokens: endpoint.usesMaxCompletionTokens)
    return BalancedClient(
      services, learnt: learnt, batches: dialect.batches?(services[0], endpoint, options, learnt)
    ) { service in
      try await EndpointProbe(service, dialect, endpoint: endpoint, options: options, learnt: learnt).run()
    } make: {
      dialect.client($0, endpoint, options, learnt)
    }
  }

  private func dialect(of endpoint: Endpoint) throws(ModelFailure) -> APIDialect {
    guard let dialect = dialects.first(where: { $0.facts == endpoint.dialect }) else {
      throw .rejected(
        "Assay knows no API called \(SafeText.line(endpoint.dialect.word, limit: 40)): correct the model's api.")
    }
    return dialect
  }

  /// What carries requests to an endpoint's servers, one each.
  private func services(
    of endpoint: Endpoint, _ dialect: APIDialect, _ model: ModelSpec, workspace: String
  ) throws -> [ChatService] {
    let paths = dialects.map(\.path)
    let addresses = try endpoint.baseURLs.map { text throws(ModelFailure) in try ServiceAddress(text, without: paths) }
    var trusted = TrustedCertificates.usual
    if endpoint.certificates != nil || addresses.contains(where: { $0.scheme == "https" }) {
      let path = try endpoint.certificates.map { file throws(ModelFailure) in
        do throws(PathError) { return try WorkspaceFolder(workspace).reading(file, mayBeAbsolute: true) } catch {
          throw .rejected("The certificates in \(SafeText.line(file)) can't be used: \(error)")
        }
      }
      trusted = try certificates.certificates(at: path, name: endpoint.certificates ?? "")
      // Those that were read, and not those that stood there when a person was asked.
      if let file = endpoint.certificates { try gate.require([.certificates(file: file, holding: trusted.lines)]) }
    }
    if endpoint.keyEnvironment != nil, !endpoint.allowsHTTP,
      let base = endpoint.baseURLs.first(where: Endpoint.sendsInTheClear)
    {
      throw ModelFailure.rejected(
        "The key in \(endpoint.keyEnvironment ?? "") isn't sent to \(Endpoint.origin(of: base)) without encryption: use https, or "
          + "say `allow_http: true` for the model \(model.name) where the network is yours.")
    }
    return addresses.map { address in
      var service = service(address, key: endpoint.keyEnvironment, timeout: model.timeout)
      service.trusted = trusted
      service.headers = dialect.headers
      return service
    }
  }

  /// What tunes a model at its endpoint, reached in the same way as the model itself; its first server, where it has
  /// several.
  /// - Throws: `ModelFailure.rejected` with a sentence.
  package func tuning(for model: ModelSpec, workspace: String) throws -> any TuningService {
    try gate.require(model.permissions)
    if case .endpoint(let endpoint) = model.api {
      let dialect = try dialect(of: endpoint)
      if let service = try services(of: endpoint, dialect, model, workspace: workspace).first,
        let tuning = dialect.tuning(service)
      {
        return tuning
      }
    }
    throw ModelFailure.rejected(
      "The model \(model.name) has no fine-tuning API (api: \(model.api.word)): it needs api: openai and the base_url of a "
        + "provider that tunes.")
  }

  private func service(_ address: ServiceAddress, key: String?, timeout: Double) -> ChatService {
    ChatService(
      address: address, key: APIKey(variable: key, host: address.host, store: keys, environment: environment),
      connections: connections,
      limits: limits, timeout: timeout)
  }

  /// The absolute path of a file that a workspace names.
  /// - Throws: `ModelFailure.rejected` where a link leads out of the workspace.
  private static func file(_ path: String, in workspace: String) throws(ModelFailure) -> String {
    do throws(PathError) { return try WorkspaceFolder(workspace).reading(path, mayBeAbsolute: true) } catch {
      throw .rejected(error.description)
    }
  }

  /// The same for a folder that a program is given, with all that it holds.
  private static func modelFolder(_ path: String, in workspace: String) throws(ModelFailure) -> String {
    do throws(PathError) { try WorkspaceFolder(workspace).checkLinks(in: path) } catch {
      throw .rejected(error.description)
    }
    return try file(path, in: workspace)
  }
}
