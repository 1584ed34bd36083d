import Content
import Foundation

/// A frozen, hashed copy of a prompt: all that a run may point at. Two prompts that send the same text to the same
/// roles are one version, whatever their files are called.
public struct PromptVersion: Sendable, Hashable, Identifiable {
  /// One section as it was sent.
  public struct Part: Sendable, Hashable {
    /// The section's title, for people.
    public var title: String
    /// The message it is part of.
    public var role: MessageRole
    /// The text before its slots were filled.
    public var body: String
    /// Makes a part.
    public init(title: String, role: MessageRole, body: String) {
      self.title = title
      self.role = role
      self.body = body
    }
  }

  /// SHA-256 over the roles and texts in order.
  public let hash: ContentHash
  /// The prompt it was frozen from.
  public let prompt: PromptName
  /// In the order they are sent.
  public let parts: [Part]
  /// Same as `hash`.
  public var id: ContentHash { hash }

  /// Freezes parts under a prompt's name.
  public init(prompt: PromptName, parts: [Part]) {
    self.prompt = prompt
    self.parts = parts
    let content = JSONValue.array(parts.map { .array([.string($0.role.rawValue), .string($0.body)]) })
    self.hash = ContentHash(hex: SHA256.hex(content.text()))
  }

  /// Freezes what `prompt` sends now.
  public init(freezing prompt: Prompt, only titles: [String]? = nil) {
    self.init(
      prompt: prompt.name,
      parts: prompt.sent(only: titles).map { Part(title: $0.title, role: $0.role, body: $0.body) })
  }

  /// Names of all slots, in order of first use.
  public var slots: [String] {
    var seen: [String] = []
    for part in parts {
      for name in PromptTemplate.slots(of: part.body) where !seen.contains(name) { seen.append(name) }
    }
    return seen
  }

  /// The conversation for one case: a system message of the system parts joined by blank lines, then a user message
  /// likewise; either is left out when empty.
  /// - Throws: `PromptTemplate.Failure` when the input lacks a slot's value.
  public func messages(for input: JSONValue) throws -> [ChatMessage] {
    try [MessageRole.system, .user, .assistant].compactMap { role in
      let texts = try parts.filter { $0.role == role }.map { try PromptTemplate.fill($0.body, with: input) }
      let content = texts.filter { !$0.isEmpty }.joined(separator: "\n\n")
      return content.isEmpty ? nil : ChatMessage(role: role, content: content)
    }
  }
}

/// Filling `{{ name }}` slots: plain substitution without logic, so that a prompt shows exactly what it sends. A name is
/// letters, digits, `_`, `-` and `.` (a path into the input). Values are never expanded again.
public enum PromptTemplate {
  /// Why a text can't be filled.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The input has no such variable.
    case missing(slot: String, available: [String])
    /// The sentence.
    public var description: String {
      switch self {
      case .missing(let slot, let available):
        let near = Spelling.nearest(to: slot, among: available).map { " Did you mean {{ \($0) }}?" } ?? ""
        let names = available.isEmpty ? "no variables" : available.joined(separator: ", ")
        return "The prompt uses {{ \(slot) }}, but the case's input has \(names).\(near)"
      }
    }
  }

  /// A stretch of a template.
  public enum Piece: Hashable, Sendable {
    case text(Substring)
    case slot(String)
  }

  /// Splits a text at its slots; braces that hold no valid name are text.
  public static func pieces(of text: String) -> [Piece] {
    var pieces: [Piece] = []
    var rest = text[...]
    var plainStart = rest.startIndex
    while let open = pair(UInt8(ascii: "{"), in: rest) {
      guard let close = pair(UInt8(ascii: "}"), in: rest[open.upperBound...]) else { break }
      var inside = text[open.upperBound..<close.lowerBound].utf8.drop { $0 == UInt8(ascii: " ") }
      while inside.last == UInt8(ascii: " ") { inside.removeLast() }
      let name = Substring(inside)
      if !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || "_-.".contains($0) }) {
        if plainStart < open.lowerBound { pieces.append(.text(text[plainStart..<open.lowerBound])) }
        pieces.append(.slot(String(name)))
        plainStart = close.upperBound
        rest = rest[close.upperBound...]
      } else {
        rest = rest[open.upperBound...]
      }
    }
    if plainStart < text.endIndex { pieces.append(.text(text[plainStart...])) }
    return pieces
  }

  /// Where the same byte stands twice in a row: for each case of a run, so a search of texts would cost too much.
  private static func pair(_ byte: UInt8, in text: Substring) -> Range<String.Index>? {
    let bytes = text.utf8
    var start = bytes.startIndex
    while let first = bytes[start...].firstIndex(of: byte) {
      let second = bytes.index(after: first)
      guard second < bytes.endIndex else { return nil }
      if bytes[second] == byte { return first..<bytes.index(after: second) }
      start = second
    }
    return nil
  }

  /// Slot names in order of use, repeats included.
  public static func slots(of text: String) -> [String] {
    pieces(of: text).compactMap { if case .slot(let name) = $0 { name } else { nil } }
  }

  /// The text with every slot replaced by the input's value: a string as it is, anything else as JSON.
  /// - Throws: `Failure.missing`.
  public static func fill(_ text: String, with input: JSONValue) throws -> String {
    var result = ""
    for piece in pieces(of: text) {
      switch piece {
      case .text(let plain): result += plain
      case .slot(let name):
        guard let value = input[name] ?? JSONPath(name).flatMap({ input[$0] }) else {
          throw Failure.missing(slot: name, available: input.object?.keys ?? [])
        }
        result += value.string ?? value.text()
      }
    }
    return result
  }
}
