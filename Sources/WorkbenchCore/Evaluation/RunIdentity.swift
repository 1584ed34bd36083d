import Content
import Domain

/// What decides a run's answers and their judgement.
struct RunIdentity: Sendable {
  /// The variant with everything behind it, on a set with its graders.
  let base: ContentHash
  /// The model with the hash of its weights and adapter.
  private let model: JSONValue
  /// Says which files the model's answers rest on.
  var revision: String { model.text() }
  private let sampling: JSONValue
  /// Whether answers depend on the case's id.
  private let usesCaseID: Bool

  /// - Parameter model: the model, its weights and its adapter.
  init(of subject: Workbench.Subject, model: [JSONValue], usesCaseID: Bool) {
    let sampling = subject.variant.sampling
    self.sampling = .array([
      sampling.temperature.map { JSONValue($0) } ?? .null, sampling.topP.map { JSONValue($0) } ?? .null,
      sampling.maxTokens.map { JSONValue($0) } ?? .null, sampling.seed.map { JSONValue($0) } ?? .null,
      .array(sampling.stop.map { .string($0) }),
    ])
    self.model = .array(model)
    self.usesCaseID = usesCaseID
    base = Self.hash([
      .string(subject.variant.name), .string(subject.version.hash.hex), self.model, self.sampling,
      .string(subject.set.name), .string(subject.set.hash.hex),
    ])
  }

  /// The identity of a run with so many answers to each case, of which the first have this sample number.
  func run(repeats: Int, firstSample: Int) -> ContentHash {
    guard repeats > 1 || firstSample > 0 else { return base }
    return Self.hash([.string(base.hex), JSONValue(repeats), JSONValue(firstSample)])
  }

  /// Everything that decides one answer. Different sample numbers are different draws from the same request.
  func key(for messages: [ChatMessage], of evalCase: EvalCase, sample: Int) -> ContentHash {
    var content: [JSONValue] = [model, sampling]
    content += messages.map { message in
      .array([.string(message.role.rawValue), .string(message.content)] + (message.whole.map { [.object($0)] } ?? []))
    }
    if let tools = Conversation(in: evalCase.input)?.tools { content.append(["tools": tools]) }
    if usesCaseID { content.append(.string(evalCase.id)) }
    if sample > 0 { content.append(["sample": JSONValue(sample)]) }
    return Self.hash(content)
  }

  private static func hash(_ content: [JSONValue]) -> ContentHash {
    ContentHash(hex: SHA256.hex(JSONValue.array(content).text()))
  }
}

extension Workbench {
  /// What decides the answers of a variant on a set, as the files are now.
  /// - Throws: `WorkbenchError.input` when its adapter isn't there.
  func identity(of subject: Subject) async throws -> RunIdentity {
    let files = dependencies.files
    var model: [JSONValue]
    var usesCaseID = false
    switch subject.model.api {
    case .endpoint(let endpoint):
      // What was tuned is a model of its own there.
      model = [
        .string(endpoint.dialect.word), .string(endpoint.baseURLs.first ?? ""),
        .string(subject.variant.adapter ?? endpoint.model),
      ]
    case .command(let words):
      model = ["command", .array(words.map { .string($0) })]
      // What the program does is decided by the files that it is started with, too.
      for word in words where !word.hasPrefix("/") {
        if let hash = await files.fingerprint(of: word) { model.append(.string(hash.hex)) }
      }
    case .mlx(let path): model = ["mlx", .string(path), .string(await files.fingerprint(of: path)?.hex ?? "")]
    case .replay(let file):
      usesCaseID = true
      model = ["replay", .string(await files.fingerprint(of: file)?.hex ?? file)]
    }
    if !subject.model.options.isEmpty { model.append(.object(subject.model.options)) }
    if case .command = subject.model.api, let adapter = subject.variant.adapter {
      // What the program makes of the name is its own business.
      model.append(.string(await files.fingerprint(of: adapter)?.hex ?? adapter))
    } else if subject.model.isLocal, let adapter = subject.variant.adapter {
      guard let hash = await files.fingerprint(of: adapter) else {
        throw WorkbenchError.input(
          "The variant \"\(subject.variant.name)\" needs the adapter \(adapter), which is not there yet. Train it "
            + "first (assay train, or the Training pane), or name another adapter in assay.yaml.")
      }
      model.append(.string(hash.hex))
    }
    return RunIdentity(of: subject, model: model, usesCaseID: usesCaseID)
  }
}
