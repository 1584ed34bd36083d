import Content

/// How to reach one model.
package struct ModelSpec: Sendable, Hashable, Identifiable {
  /// What answers.
  package enum API: Sendable, Hashable {
    /// A server that is reached over HTTP.
    case endpoint(Endpoint)
    /// The local engine; a folder (relative to the workspace) or a hub id.
    case mlx(path: String)
    /// A program that answers lines of JSON: its name or path, and its arguments. No shell is involved.
    case command([String])
    /// A file of `{"id", "output"}` lines recorded elsewhere, relative to the workspace.
    case replay(file: String)
  }
  /// The name in `assay.yaml`.
  package let name: String
  /// What answers.
  package var api: API
  /// The most requests under way at once, at least 1.
  package var concurrency: Int
  /// The longest that one request may take, in seconds.
  package var timeout: Double
  /// The most requests and tokens a minute.
  package var limits: RateLimits
  /// What tokens cost, where known.
  package var price: TokenPrice?
  /// Settings of the model's own API, sent as they are: `top_k`, `num_ctx`, `response_format`, `tools` …
  package var options: JSONObject
  /// Environment variables that a program (`api: command`) is given besides the usual ones; by name.
  package var environment: [String]
  /// Whether `tuned: true` is written: it was trained for the task, and its variants are tuned ones.
  package var isTuned = false
  /// The name of the model that it was tuned from, where that is written.
  package var base: String?
  /// Same as `name`.
  package var id: String { name }

  package init(
    name: String, api: API, concurrency: Int? = nil, timeout: Double = 120, limits: RateLimits = RateLimits(),
    price: TokenPrice? = nil, options: JSONObject = [:], environment: [String] = []
  ) {
    self.name = name
    self.api = api
    self.concurrency = concurrency ?? api.usualConcurrency
    self.timeout = timeout
    self.limits = limits
    self.price = price
    self.options = options
    self.environment = environment
  }

  /// The environment variable that holds its key, where it needs one.
  package var keyEnvironment: String? {
    if case .endpoint(let endpoint) = api { endpoint.keyEnvironment } else { nil }
  }

  /// Whether it is reached over HTTP.
  package var isEndpoint: Bool {
    if case .endpoint = api { true } else { false }
  }

  /// Whether it can be tuned on this machine.
  package var isLocal: Bool {
    if case .mlx = api { true } else { false }
  }
}

extension ModelSpec {
  /// What says where the model is and which one it is: what was found out there belongs to this, not to a name.
  package var place: ContentHash {
    var words: [String]
    switch api {
    case .endpoint(let endpoint): words = [endpoint.dialect.word, endpoint.model] + endpoint.baseURLs
    case .mlx(let path): words = ["mlx", path]
    case .command(let command): words = ["command"] + command
    case .replay(let file): words = ["replay", file]
    }
    return ContentHash(hex: SHA256.hex(JSONValue.array(words.map { .string($0) }).text()))
  }
}

extension ModelSpec.API {
  /// The word for it in `assay.yaml`.
  package var word: String {
    switch self {
    case .endpoint(let endpoint): endpoint.dialect.word
    case .mlx: "mlx"
    case .command: "command"
    case .replay: "replay"
    }
  }

  /// The ceiling where a person names none. How many requests a server takes at once is found out below it; the local
  /// engine and programs share this machine, so that more would only wait.
  package var usualConcurrency: Int {
    if case .endpoint = self { 64 } else { 8 }
  }
}

/// How much a provider lets one do in a minute; without limits where nil.
package struct RateLimits: Sendable, Hashable {
  /// Requests a minute, more than 0.
  package var requestsPerMinute: Double?
  /// Tokens a minute, of prompts and answers together, more than 0.
  package var tokensPerMinute: Double?
  /// Makes limits.
  package init(requestsPerMinute: Double? = nil, tokensPerMinute: Double? = nil) {
    self.requestsPerMinute = requestsPerMinute
    self.tokensPerMinute = tokensPerMinute
  }
}
