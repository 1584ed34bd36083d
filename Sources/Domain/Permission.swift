import Content
import Grading

/// One thing that a workspace's files would have this program do beyond showing them, and that a person has to allow first.
package enum Permission: Sendable, Hashable, Codable {
  /// Starts a program for the model of this name (`api: command`).
  /// - `words`: the program and its arguments.
  /// - `environment`: variables that it is given besides the usual ones.
  case program(words: [String], environment: [String])
  /// Sends requests to a server.
  /// - `origin`: scheme, host and port.
  /// - `key`: the environment variable whose value is sent there; nil where none is.
  /// - `allowsHTTP`: whether the key may travel unencrypted.
  case address(origin: String, key: String?, allowsHTTP: Bool)
  /// Takes servers for genuine by the certificates in a file, besides those of the system.
  /// - `holding`: the certificates, each as a `CertificateLine`: others in the same file are another permission.
  case certificates(file: String, holding: [String])
  /// Loads a model in the local engine, to answer or to be tuned.
  /// - `path`: its folder, or a hub id.
  case engine(path: String)
  /// Starts a program that grades answers (`type: command`).
  /// - `words`: the program and its arguments.
  /// - `environment`: variables that it is given besides the usual ones.
  case grader(words: [String], environment: [String])
  /// Starts another trainer for training jobs.
  /// - `words`: the program and its arguments.
  /// - `settings`: variables that are set for it, each as `NAME=value`.
  case trainer(words: [String], settings: [String])
  /// Gives training jobs these variables besides the usual ones.
  case variables([String])
  /// Gives jobs to Slurm: options of sbatch and lines of the script.
  case slurm(lines: [String])
  /// Reads a file or folder outside of the workspace.
  case outside(path: String)
  /// Sends requests to a server whose prices aren't known. A workspace doesn't ask for it; it is asked for before the first
  /// such request.
  case unpriced(origin: String)

  /// What it does, as the rest of a sentence that begins with the workspace: `run python3 model.py`. Holds text from the
  /// workspace's files.
  package var description: String {
    switch self {
    case .program(let words, let environment):
      return "run \(Self.line(words))" + Self.given(environment) + " to answer for a model"
    case .address(let origin, let key, let allowsHTTP):
      let with = key.map { "with the key in \($0)" } ?? "without a key"
      return "send prompts and, for training there, rows to \(origin) \(with)"
        + (allowsHTTP ? ", unencrypted (allow_http)" : "")
    case .certificates(let file, let lines):
      let shown = lines.prefix(Self.mostCertificates).joined(separator: "; ")
      let more = lines.count > Self.mostCertificates ? "; and \(lines.count - Self.mostCertificates) more" : ""
      return "take servers for genuine by the certificates in \(file): \(lines.isEmpty ? "none now" : shown + more)"
    case .engine(let path):
      let what =
        path.hasPrefix("hub:") ? "download \(path.dropFirst(4)) from the model hub and load it" : "load \(path)"
      return what + " in the local engine"
    case .grader(let words, let environment):
      return "run \(Self.line(words))" + Self.given(environment) + " to grade answers"
    case .trainer(let words, let settings):
      return "run \(Self.line(settings + words)) for training jobs"
    case .variables(let names): return "pass \(names.joined(separator: ", ")) to training jobs"
    case .slurm(let lines): return "submit training jobs to Slurm: " + lines.joined(separator: "; ")
    case .outside(let path): return "read \(path)"
    case .unpriced(let origin): return "send requests to \(origin), whose prices are not known"
    }
  }

  /// The kind and what it is about, byte for byte: a file system and a server tell names apart that Swift takes for equal,
  /// such as composed and decomposed letters.
  private var exact: [ExactText] {
    let (kind, parts): (String, [[String]]) =
      switch self {
      case .program(let words, let environment): ("program", [words, environment])
      case .address(let origin, let key, let allowsHTTP):
        ("address", [[origin], key.map { [$0] } ?? [], [allowsHTTP ? "http" : ""]])
      case .certificates(let file, let holding): ("certificates", [[file], holding])
      case .engine(let path): ("engine", [[path]])
      case .grader(let words, let environment): ("grader", [words, environment])
      case .trainer(let words, let settings): ("trainer", [words, settings])
      case .variables(let names): ("variables", [names])
      case .slurm(let lines): ("slurm", [lines])
      case .outside(let path): ("outside", [[path]])
      case .unpriced(let origin): ("unpriced", [[origin]])
      }
    return ([kind] + parts.flatMap { ["\($0.count)"] + $0 }).map(ExactText.init)
  }

  /// Whether both are the same, byte for byte.
  package static func == (left: Permission, right: Permission) -> Bool { left.exact == right.exact }

  /// Feeds everything that is compared.
  package func hash(into hasher: inout Hasher) { hasher.combine(exact) }

  /// How many certificates of a file are told one by one.
  private static let mostCertificates = 20

  private static func given(_ environment: [String]) -> String {
    environment.isEmpty ? "" : " with the variables \(environment.joined(separator: ", "))"
  }

  /// Words as a list, in which it shows where each ends.
  private static func line(_ words: [String]) -> String {
    words.map { word in
      let isPlain = !word.isEmpty && word.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"'\\,[]".utf8.contains($0) }
      return isPlain ? word : JSONValue.string(word).text()
    }.joined(separator: " ")
  }
}

/// Whether a person has trusted a workspace.
package enum WorkspaceTrust: Sendable, Hashable {
  /// What it asks for has been allowed.
  case trusted
  /// Nobody has allowed it yet: all that it asks for.
  case untrusted([Permission])
  /// It was allowed once, and asks for these things since.
  case changed([Permission])

  /// Whether everything that the workspace asks for is allowed.
  package var isTrusted: Bool { self == .trusted }
}

/// Decides what a workspace may do on this machine. Whatever starts a program, reads a key or opens a connection for a
/// workspace asks here first.
package protocol TrustGate: Sendable {
  /// How the workspace stands that asks for these things; from now on, `allow` means these.
  func standing(asking permissions: [Permission]) -> WorkspaceTrust
  /// Remembers that a person has allowed these things, and all that was allowed before.
  /// - Throws: `WorkbenchError.input` when that can't be written.
  func allow(_ permissions: [Permission]) throws
  /// Whether each of these has been allowed; for none, whether the workspace is trusted at all.
  func allows(_ permissions: [Permission]) -> Bool
  /// Whether the workspace is trusted by this process alone, whatever it asks for, as it was told when it was started.
  var isForThisProcess: Bool { get }
}

extension TrustGate {
  /// - Throws: `WorkbenchError.untrusted` unless each of these has been allowed.
  package func require(_ permissions: [Permission]) throws(WorkbenchError) {
    guard allows(permissions) else { throw .untrusted(permissions) }
  }
}

/// Allows everything: for workspaces that the program made itself, in tests say.
package struct OpenGate: TrustGate {
  /// A gate that stands open.
  package init() {}
  /// Always trusted.
  package func standing(asking permissions: [Permission]) -> WorkspaceTrust { .trusted }
  /// Nothing has to be remembered.
  package func allow(_ permissions: [Permission]) {}
  /// Always.
  package func allows(_ permissions: [Permission]) -> Bool { true }
  /// Children are told nothing.
  package var isForThisProcess: Bool { false }
}

extension ModelSpec {
  /// What asking this model takes, besides certificates, of which only its workspace knows what they are.
  package var permissions: [Permission] {
    switch api {
    case .endpoint(let endpoint):
      return endpoint.baseURLs.map {
        .address(origin: Endpoint.origin(of: $0), key: endpoint.keyEnvironment, allowsHTTP: endpoint.allowsHTTP)
      } + (endpoint.certificates.map(Permission.outside(ofWorkspace:)) ?? [])
    case .mlx(let path):
      return [.engine(path: path)] + Permission.outside(ofWorkspace: path)
    case .command(let words): return [.program(words: words, environment: environment)]
    case .replay(let file): return Permission.outside(ofWorkspace: file)
    }
  }
}

extension GraderProgram {
  /// That it is run.
  package var permission: Permission { .grader(words: words, environment: environment) }
}

extension Permission {
  /// That a path is read, where it lies outside of the workspace.
  package static func outside(ofWorkspace path: String) -> [Permission] {
    path.hasPrefix("/") || path.hasPrefix("~/") ? [.outside(path: path)] : []
  }
}

extension Workspace {
  /// Everything that the workspace asks for, each once, in the order of its file.
  package var permissions: [Permission] {
    var all = models.flatMap { model -> [Permission] in
      guard case .endpoint(let endpoint) = model.api, let file = endpoint.certificates else { return model.permissions }
      return model.permissions + [.certificates(file: file, holding: certificates[file] ?? [])]
    }
    all += evalSets.flatMap { $0.allGraders.compactMap { $0.program?.permission } }
    let localModels = Set(models.filter { !$0.isEndpoint }.map(\.name))
    for variant in variants {
      if let adapter = variant.adapter, localModels.contains(variant.model) {
        all += Permission.outside(ofWorkspace: adapter)
      }
    }
    if let command = training.command {
      let settings = command.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      all.append(.trainer(words: command.run, settings: settings))
    }
    if !training.environment.isEmpty { all.append(.variables(training.environment)) }
    if let slurm = training.slurm { all.append(.slurm(lines: slurm.lines)) }
    let files = [training.data, training.settings.mix?.data, training.settings.acceleratorConfig]
    all += files.compactMap { $0 }.flatMap(Permission.outside(ofWorkspace:))
    var seen: Set<Permission> = []
    return all.filter { seen.insert($0).inserted }
  }
}

extension SlurmSettings {
  /// What of them a program runs by, or somebody pays for, a line each.
  var lines: [String] {
    let named = [account.map { "--account=\($0)" }, container.map { "--container-image=\($0)" }].compactMap { $0 }
    return ["sbatch"] + named + options + setup
  }
}
