/// A text made of gpt-oss messages: `<|start|>` role `<|channel|>` name `<|message|>` body `<|end|>` (OpenAI, "harmony"
/// response format).
struct ChannelledMessages {
  private enum Part {
    case outside, role, channel, body
  }

  /// The last message in the channel `final` or in none, or else what stands outside of messages.
  private(set) var answer = ""
  /// The messages in other channels.
  private(set) var reasoning: [String] = []
  /// Whether the text ends inside a message of another channel, with no answer before it.
  private(set) var isUnclosed = false

  private var part = Part.outside
  private var channel = ""
  private var body = ""
  private var final: String?
  private var outside = ""

  private static let marks: [(text: StaticString, part: Part)] = [
    ("<|start|>", .role), ("<|channel|>", .channel), ("<|message|>", .body), ("<|end|>", .outside),
    ("<|return|>", .outside), ("<|call|>", .outside),
  ]

  /// Takes a text apart in linear time.
  init(_ raw: String) {
    var rest = raw[...]
    while let bar = rest.range(ofFirst: "<|") {
      take(rest[..<bar.lowerBound])
      rest = rest[bar.lowerBound...]
      if let mark = Self.marks.first(where: { rest.begins(with: $0.text) }) {
        enter(mark.part)
        rest = rest[rest.utf8.index(rest.startIndex, offsetBy: mark.text.utf8CodeUnitCount)...]
      } else {
        take(rest[..<bar.upperBound])
        rest = rest[bar.upperBound...]
      }
    }
    take(rest)
    let isOpen = part == .channel || part == .body && !isAnswer
    finishMessage()
    answer = final ?? String(outside.trimmed)
    isUnclosed = answer.isEmpty && final == nil && isOpen
  }

  /// Whether the current message is for the reader. A channel's name ends at white space or another mark.
  private var isAnswer: Bool {
    let name = channel.prefix { !$0.isWhitespace && $0 != "<" }
    return name.isEmpty || name == "final"
  }

  private mutating func take(_ text: Substring) {
    switch part {
    case .outside: outside += text
    case .role: break
    case .channel: channel += text
    case .body: body += text
    }
  }

  private mutating func enter(_ next: Part) {
    if next != .body { finishMessage() }
    if next == .role || next == .channel { channel = "" }
    part = next
  }

  private mutating func finishMessage() {
    guard part == .body else { return }
    let text = String(body.trimmed)
    if isAnswer { final = text } else if !text.isEmpty { reasoning.append(text) }
    body = ""
    channel = ""
    part = .outside
  }
}
