/// Who answers a request: how sentences name it, and what it must not be heard to say.
struct Peer: Sendable, CustomStringConvertible {
  /// Host and port.
  let name: String
  private let secret: String?

  /// - Parameter secret: the key that was sent, which a server may send back.
  init(name: String, secret: String? = nil) {
    self.name = name
    self.secret = secret
  }

  /// Text of the server fit to stand in a sentence: without the key, on one line, short.
  func quote(_ text: String, limit: Int = 300) -> String {
    SafeText.line(SafeText.redacted(text, secret), limit: limit)
  }

  /// Same as `name`.
  var description: String { name }
}
