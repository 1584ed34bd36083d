import Content
import Domain

/// An API that models are asked through, as one value: what the core and `assay.yaml` must know of it (`Endpoint.Dialect`),
/// and how requests and answers are written, which `ChatBody` and `ChatReplying` say.
///
/// Another API is a file such as `OllamaDialect.swift` and an entry in `builtIn`.
package struct APIDialect: Sendable {
  /// The dialects that Assay knows; the first is taken for a `base_url` without an `api`, and spoken by local engines.
  package static let builtIn: [APIDialect] = [.chat, .responses, .messages, .ollama]

  /// What the core must know.
  package let facts: Endpoint.Dialect
  /// Path of the request below the base address.
  let path: String
  /// Headers of every request, the key's among them.
  let headers: @Sendable (_ key: String?) -> [(name: String, value: String)]
  /// How abilities are probed that no chat request shows.
  let probe: Probe
  /// Makes a client of one server.
  let client: @Sendable (ChatService, Endpoint, JSONObject, LearntNames) -> any ModelClient
  /// Makes the batch service of one server, where files and batches live; nil where the API has none.
  let batches: (@Sendable (ChatService, Endpoint, JSONObject, LearntNames) -> any BatchService)?

  /// A dialect whose requests are written as `Body`.
  /// - Parameter canBatch: whether it has OpenAI's Batch API.
  package init<Body: ChatBody>(
    _ facts: Endpoint.Dialect, _ body: Body.Type, canBatch: Bool = false, probe: Probe = Probe()
  ) {
    self.facts = facts
    self.probe = probe
    path = Body.path
    headers = { Body.headers(key: $0) }
    client = { EndpointClient<Body>(service: $0, endpoint: $1, options: $2, learnt: $3) }
    guard canBatch else {
      batches = nil
      return
    }
    batches = { service, endpoint, options, learnt in
      OpenAIBatchService(service) {
        var endpoint = endpoint
        endpoint.usesMaxCompletionTokens = learnt.usesMaxCompletionTokens
        return try Body(endpoint, options: options, request: $0, streams: false)
      }
    }
  }

  /// The tuning service of one server; nil where the API has none.
  func tuning(_ service: ChatService) -> (any TuningService)? { facts.canTune ? OpenAITuningService(service) : nil }
}

extension [Endpoint.Dialect] {
  /// What `assay.yaml` can name, in the order in which it is listed.
  package static var builtIn: [Endpoint.Dialect] { APIDialect.builtIn.map(\.facts) }
}

extension APIDialect {
  /// How abilities are probed that no chat request shows.
  package struct Probe: Sendable {
    /// A path of the server.
    package enum Path: Sendable {
      /// Below the base address.
      case afterVersion(String)
      /// At the server's root.
      case besideVersion(String)

      func url(_ address: ServiceAddress) -> String {
        switch self {
        case .afterVersion(let path): address.url(path)
        case .besideVersion(let path): address.urlBesideVersion(path)
        }
      }
    }

    /// Where a server tells its version.
    package struct Version: Sendable {
      /// The server's name.
      var name: String
      /// Path at the server's root.
      var path: String
      /// The member of the reply that holds it.
      var key: String

      package init(name: String, path: String, key: String) {
        self.name = name
        self.path = path
        self.key = key
      }
    }

    /// How the tokens of a text are counted.
    package struct TokenCount: Sendable {
      var path: Path
      /// The request for a model and a text.
      var body: @Sendable (_ model: String, _ text: String) -> JSONValue
      /// The count in the reply; nil where there is none.
      var count: @Sendable (JSONValue) -> Int?

      package init(
        path: Path, body: @escaping @Sendable (_ model: String, _ text: String) -> JSONValue,
        count: @escaping @Sendable (JSONValue) -> Int?
      ) {
        self.path = path
        self.body = body
        self.count = count
      }

      /// `/tokenize` as vLLM and llama.cpp have it: each reads its own member of the request.
      static let tokenize = TokenCount(
        path: .besideVersion("/tokenize"),
        body: { ["model": JSONValue($0), "prompt": JSONValue($1), "content": JSONValue($1)] },
        count: { json in
          let count = json["count"]?.tokenCount ?? json["tokens"]?.array?.count ?? 0
          return count > 0 ? count : nil
        })
    }

    /// Where models are listed.
    var modelList: Path
    /// Where every server of this API tells its version; nil where only some do.
    var version: Version?
    /// How tokens are counted; nil where the API can't.
    var tokenCount: TokenCount?
    /// Whether a request is OpenAI's chat completion, which log probabilities and a JSON schema can be added to.
    var isChatCompletion: Bool

    package init(
      modelList: Path = .afterVersion("/models"), version: Version? = nil, tokenCount: TokenCount? = nil,
      isChatCompletion: Bool = false
    ) {
      self.modelList = modelList
      self.version = version
      self.tokenCount = tokenCount
      self.isChatCompletion = isChatCompletion
    }
  }
}
