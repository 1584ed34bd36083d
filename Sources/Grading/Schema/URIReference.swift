/// A URI or a relative reference, cut into the parts of RFC 3986, section 3.
struct URIReference: Sendable, Hashable {
  var scheme: Substring?
  var authority: Substring?
  var path: Substring
  var query: Substring?
  var fragment: Substring?

  /// Cuts any text; nothing is checked (RFC 3986, appendix B).
  init(_ text: String) {
    var rest = text[...]
    if let mark = rest.firstIndex(of: "#") {
      fragment = rest[rest.index(after: mark)...]
      rest = rest[..<mark]
    }
    if let mark = rest.firstIndex(of: "?") {
      query = rest[rest.index(after: mark)...]
      rest = rest[..<mark]
    }
    if let colon = rest.firstIndex(of: ":"), colon != rest.startIndex, !rest[..<colon].contains("/") {
      scheme = rest[..<colon]
      rest = rest[rest.index(after: colon)...]
    }
    if rest.hasPrefix("//") {
      let start = rest.dropFirst(2)
      let end = start.firstIndex(of: "/") ?? start.endIndex
      authority = start[..<end]
      rest = start[end...]
    }
    path = rest
  }

  /// The URI that a reference stands for in a document with a base URI (RFC 3986, section 5.2), without its fragment,
  /// and the fragment.
  static func resolve(_ reference: String, base: String) -> (uri: String, fragment: String) {
    var target = URIReference(reference)
    let fragment = target.fragment.map(String.init) ?? ""
    target.fragment = nil
    if target.scheme == nil {
      let base = URIReference(base)
      target.scheme = base.scheme
      if target.authority == nil {
        target.authority = base.authority
        if target.path.isEmpty {
          target.path = base.path
          target.query = target.query ?? base.query
        } else if !target.path.hasPrefix("/") {
          let folder = base.path.lastIndex(of: "/").map { base.path[...$0] } ?? (base.authority == nil ? "" : "/")
          target.path = withoutDots(folder + target.path)
        } else {
          target.path = withoutDots(target.path)
        }
      }
    }
    return (target.text, fragment)
  }

  /// The parts put together again.
  var text: String {
    var text = ""
    if let scheme { text += scheme + ":" }
    if let authority { text += "//" + authority }
    text += path
    if let query { text += "?" + query }
    if let fragment { text += "#" + fragment }
    return text
  }

  /// The path without `.` and `..` (RFC 3986, section 5.2.4).
  private static func withoutDots(_ path: Substring) -> Substring {
    var parts: [Substring] = []
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    for (place, segment) in segments.enumerated() {
      let isLast = place == segments.count - 1
      switch segment {
      case ".": if isLast { parts.append("") }
      case "..":
        if parts.count > 1 || parts.first.map({ !$0.isEmpty }) ?? false { parts.removeLast() }
        if isLast { parts.append("") }
      default: parts.append(segment)
      }
    }
    return parts.joined(separator: "/")[...]
  }

  /// The text with `%25` and its like replaced by the bytes that they stand for.
  static func percentDecoded(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), digits.utf8.count == 2, let code = UInt8(digits, radix: 16) {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
