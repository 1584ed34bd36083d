import Content

/// The server or program that answers a request: its name in sentences, and secrets to remove from what it says.
package struct Peer: Sendable, CustomStringConvertible {
  /// Host and port.
  package let name: String
  /// Takes the key out that was sent, which a server may send back.
  private let redactor: KeyRedactor?

  /// - Parameter secret: the key that was sent.
  init(name: String, secret: String? = nil) {
    self.name = name
    redactor = secret.flatMap { $0.isEmpty ? nil : KeyRedactor($0) }
  }

  /// Text of the server fit to stand in a sentence: without the key, on one line, short.
  package func quote(_ text: String, limit: Int = 300) -> String { SafeText.line(cleanSentence(text), limit: limit) }

  /// A sentence that may hold words of the server, without the key.
  func cleanSentence(_ text: String) -> String { redactor?.cleanSentence(text) ?? text }

  /// An answer without the key.
  func clean(_ text: String) -> String { redactor?.clean(text) ?? text }

  /// A value without the key in any of its texts.
  func clean(_ value: JSONValue) -> JSONValue { redactor?.clean(value) ?? value }

  /// How many bytes at the end of a text may be the beginning of the key.
  func unfinished(_ text: String) -> Int { redactor?.unfinished(text) ?? 0 }

  /// Same as `name`.
  package var description: String { name }
}

/// An answer as it is shown while it comes: without the key, also where that comes in pieces.
struct LiveText: Sendable {
  private let peer: Peer
  private let show: @Sendable (String) -> Void
  private var held = ""
  /// The most bytes that are held back: what goes on for longer is no key.
  private static let most = 4096

  init(_ peer: Peer, _ show: @escaping @Sendable (String) -> Void) {
    self.peer = peer
    self.show = show
  }

  /// Takes the next piece.
  mutating func add(_ piece: String) {
    let text = peer.clean(held + piece)
    let open = peer.unfinished(text)
    let end = open <= Self.most ? text.utf8.count - open : text.utf8.count
    let bytes = Array(text.utf8)
    // Both ends of what is held back are letters, digits or marks of an escape.
    held = String(decoding: bytes[end...], as: UTF8.self)
    if end > 0 { show(String(decoding: bytes[..<end], as: UTF8.self)) }
  }

  /// Shows the rest.
  mutating func end() {
    if !held.isEmpty { show(held) }
    held = ""
  }
}
