import Domain

@testable import WorkbenchCore

/// APIs that differ in what the core looks at.
extension Endpoint.Dialect {
  static let chat = Endpoint.Dialect(
    word: "openai", title: "Chat", usualAddress: "https://api.openai.com/v1", canTune: true)
  static let systemFirst = Endpoint.Dialect(
    word: "strict", title: "The strict API", usualAddress: "https://strict.example/v1", takesLaterSystemText: false)
}
