/// A server that is reached over HTTP.
public struct Endpoint: Sendable, Hashable {
  /// What it speaks.
  public enum Dialect: String, Sendable, Hashable, CaseIterable {
    /// OpenAI's chat completions, as nearly every server speaks them.
    case chat = "openai"
    /// OpenAI's Responses API.
    case responses
    /// Anthropic's Messages API.
    case messages = "anthropic"
    /// Ollama's own API, the only one that takes Ollama's options.
    case ollama
  }

  /// What it speaks.
  public var dialect: Dialect
  /// Where it is, up to and including the version, for example `http://127.0.0.1:8089/v1`; never empty. All serve the
  /// same model: requests are spread over them, and the first names the endpoint where answers are kept.
  public var baseURLs: [String]
  /// The model's name there.
  public var model: String
  /// The environment variable that holds the key; the key itself is never stored.
  public var keyEnvironment: String?
  /// A file with certificates to trust besides the system's (PEM), relative to the workspace.
  public var certificates: String?
  /// Some endpoints know the limit only as `max_completion_tokens`.
  public var usesMaxCompletionTokens: Bool

  /// Makes an endpoint.
  public init(
    _ dialect: Dialect = .chat, baseURLs: [String], model: String, keyEnvironment: String? = nil,
    certificates: String? = nil, usesMaxCompletionTokens: Bool = false
  ) {
    self.dialect = dialect
    self.baseURLs = baseURLs
    self.model = model
    self.keyEnvironment = keyEnvironment
    self.certificates = certificates
    self.usesMaxCompletionTokens = usesMaxCompletionTokens
  }
}
