/// How to reach one model.
public struct ModelSpec: Sendable, Hashable, Identifiable {
  /// What answers.
  public enum API: Sendable, Hashable {
    /// Any endpoint that speaks OpenAI's chat completions.
    case openAI(OpenAIEndpoint)
    /// Any endpoint that speaks Anthropic's Messages API.
    case anthropic(AnthropicEndpoint)
    /// The local engine; a folder (relative to the workspace) or a hub id.
    case mlx(path: String)
    /// A file of `{"id", "output"}` lines recorded elsewhere, relative to the workspace.
    case replay(file: String)
  }
  /// The name in `assay.yaml`.
  public let name: String
  /// What answers.
  public var api: API
  /// The most requests under way at once, at least 1.
  public var concurrency: Int
  /// The longest that one request may take, in seconds.
  public var timeout: Double
  /// What tokens cost, where known.
  public var price: TokenPrice?
  /// Same as `name`.
  public var id: String { name }

  /// Makes a spec.
  public init(name: String, api: API, concurrency: Int = 8, timeout: Double = 120, price: TokenPrice? = nil) {
    self.name = name
    self.api = api
    self.concurrency = concurrency
    self.timeout = timeout
    self.price = price
  }

  /// The environment variable that holds its key, where it needs one.
  public var keyEnvironment: String? {
    switch api {
    case .openAI(let endpoint): endpoint.keyEnvironment
    case .anthropic(let endpoint): endpoint.keyEnvironment
    case .mlx, .replay: nil
    }
  }

  /// Whether it can be tuned on this machine.
  public var isLocal: Bool {
    if case .mlx = api { return true }
    return false
  }
}

/// An OpenAI-compatible endpoint.
public struct OpenAIEndpoint: Sendable, Hashable {
  /// Up to and including the version, for example `http://127.0.0.1:8089/v1`.
  public var baseURL: String
  /// The model's name there.
  public var model: String
  /// The environment variable that holds the key; the key itself is never stored.
  public var keyEnvironment: String?
  /// Some endpoints know the limit only as `max_completion_tokens`.
  public var usesMaxCompletionTokens: Bool
  /// Makes an endpoint.
  public init(
    baseURL: String, model: String, keyEnvironment: String? = nil, usesMaxCompletionTokens: Bool = false
  ) {
    self.baseURL = baseURL
    self.model = model
    self.keyEnvironment = keyEnvironment
    self.usesMaxCompletionTokens = usesMaxCompletionTokens
  }
}

/// An endpoint that speaks Anthropic's Messages API.
public struct AnthropicEndpoint: Sendable, Hashable {
  /// Up to and including the version, for example `https://api.anthropic.com/v1`.
  public var baseURL: String
  /// The model's name there.
  public var model: String
  /// The environment variable that holds the key; the key itself is never stored.
  public var keyEnvironment: String?
  /// Makes an endpoint.
  public init(baseURL: String, model: String, keyEnvironment: String? = nil) {
    self.baseURL = baseURL
    self.model = model
    self.keyEnvironment = keyEnvironment
  }
}

/// What tokens cost, in dollars per million.
public struct TokenPrice: Sendable, Hashable {
  /// Prompt tokens.
  public var input: Double
  /// Prompt tokens that the server had cached; the full price where not given.
  public var cachedInput: Double
  /// Tokens of the answer.
  public var output: Double
  /// Makes a price.
  public init(input: Double, cachedInput: Double? = nil, output: Double) {
    self.input = input
    self.cachedInput = cachedInput ?? input
    self.output = output
  }
  /// Dollars for one answer; unknown counts cost nothing.
  public func cost(of usage: TokenUsage) -> Double {
    let cached = Double(usage.cachedPrompt ?? 0)
    let prompt = Double(usage.prompt ?? 0)
    return (max(0, prompt - cached) * input + cached * cachedInput + Double(usage.completion ?? 0) * output) / 1e6
  }
}

/// What a server said it read and wrote; servers may leave any of it out.
public struct TokenUsage: Sendable, Hashable {
  /// Tokens of the prompt, cached ones included.
  public var prompt: Int?
  /// Tokens of the answer.
  public var completion: Int?
  /// How many of `prompt` came from the server's cache.
  public var cachedPrompt: Int?
  /// Makes a count.
  public init(prompt: Int? = nil, completion: Int? = nil, cachedPrompt: Int? = nil) {
    self.prompt = prompt
    self.completion = completion
    self.cachedPrompt = cachedPrompt
  }
}

/// How the next token is chosen. What is nil is left to the server.
public struct Sampling: Sendable, Hashable {
  /// 0 is deterministic where the server is.
  public var temperature: Double?
  /// Nucleus share, 0 to 1.
  public var topP: Double?
  /// The longest answer, in tokens.
  public var maxTokens: Int?
  /// For servers that honour one.
  public var seed: Int?
  /// Texts that end an answer.
  public var stop: [String]
  /// Makes a choice.
  public init(
    temperature: Double? = nil, topP: Double? = nil, maxTokens: Int? = nil, seed: Int? = nil, stop: [String] = []
  ) {
    self.temperature = temperature
    self.topP = topP
    self.maxTokens = maxTokens
    self.seed = seed
    self.stop = stop
  }
}
