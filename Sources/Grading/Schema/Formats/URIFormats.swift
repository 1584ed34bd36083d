/// URIs (RFC 3986), IRIs (RFC 3987), URI templates (RFC 6570) and JSON pointers (RFC 6901).
enum URIFormats {
  private static func isUnreserved(_ scalar: Unicode.Scalar, _ isInternational: Bool) -> Bool {
    if scalar.isASCII {
      let byte = UInt8(scalar.value)
      return TimeFormats.isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26 || "-._~".utf8.contains(byte)
    }
    guard isInternational else { return false }
    // Private use is left to queries (RFC 3987, section 2.2); controls and noncharacters are nowhere.
    return scalar.value >= 0xA0 && scalar.value & 0xFFFE != 0xFFFE && !(0xFDD0...0xFDEF).contains(scalar.value)
  }

  /// Whether a part consists of unreserved characters, escapes, and those in `others`.
  private static func isPart(_ text: Substring, _ others: String, _ isInternational: Bool) -> Bool {
    var rest = text.unicodeScalars
    while let scalar = rest.popFirst() {
      if scalar == "%" {
        guard let first = rest.popFirst(), let second = rest.popFirst(), isHexadecimal(first), isHexadecimal(second)
        else { return false }
      } else if !isUnreserved(scalar, isInternational), !others.unicodeScalars.contains(scalar) {
        return false
      }
    }
    return true
  }

  private static func isHexadecimal(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && NetworkFormats.isHexadecimal(UInt8(scalar.value))
  }

  private static let delimiters = "!$&'()*+,;="

  /// Whether the text is a URI or IRI, or, unless `needsScheme`, a relative reference.
  static func isReference(_ text: String, isInternational: Bool, needsScheme: Bool) -> Bool {
    let parts = URIReference(text)
    if let scheme = parts.scheme {
      guard let first = scheme.utf8.first, (first | 0x20) &- UInt8(ascii: "a") < 26,
        scheme.utf8.allSatisfy({
          TimeFormats.isDigit($0) || ($0 | 0x20) &- UInt8(ascii: "a") < 26 || "+-.".utf8.contains($0)
        })
      else { return false }
    } else {
      guard !needsScheme else { return false }
      // A colon in the first segment would end a scheme.
      let segment = parts.path.prefix { $0 != "/" }
      if parts.authority == nil, segment.contains(":") { return false }
    }
    if let authority = parts.authority, !isAuthority(authority, isInternational) { return false }
    guard isPart(parts.path, delimiters + ":@/", isInternational) else { return false }
    if parts.authority == nil, parts.path.hasPrefix("//") { return false }
    for part in [parts.query, parts.fragment].compactMap({ $0 }) {
      guard isPart(part, delimiters + ":@/?", isInternational) else { return false }
    }
    return true
  }

  private static func isAuthority(_ text: Substring, _ isInternational: Bool) -> Bool {
    var host = text
    if let at = text.lastIndex(of: "@") {
      guard isPart(text[..<at], delimiters + ":", isInternational) else { return false }
      host = text[text.index(after: at)...]
    }
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return false }
      let address = host[..<end].dropFirst()
      let isFuture = address.first == "v" || address.first == "V"
      guard isFuture ? isFutureAddress(address) : NetworkFormats.isIPv6(address) else { return false }
      let port = host[host.index(after: end)...]
      return port.isEmpty || port.first == ":" && port.dropFirst().utf8.allSatisfy(TimeFormats.isDigit)
    }
    if let colon = host.lastIndex(of: ":") {
      guard host[colon...].dropFirst().utf8.allSatisfy(TimeFormats.isDigit) else { return false }
      host = host[..<colon]
    }
    return isPart(host, delimiters, isInternational)
  }

  private static func isFutureAddress(_ text: Substring) -> Bool {
    let parts = text.dropFirst().split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && parts[0].utf8.allSatisfy(NetworkFormats.isHexadecimal)
      && !parts[1].isEmpty && !parts[1].contains("%") && isPart(parts[1], delimiters + ":", false)
  }

  /// Whether the text is a URI template: literals and expressions such as `{?page,size*}` (RFC 6570, section 2).
  static func isTemplate(_ text: String) -> Bool {
    var rest = text[...]
    while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      guard rest[open] == "{", isLiteral(rest[..<open]), let close = rest[open...].firstIndex(of: "}") else {
        return false
      }
      guard isExpression(rest[rest.index(after: open)..<close]) else { return false }
      rest = rest[rest.index(after: close)...]
    }
    return isLiteral(rest)
  }

  private static func isLiteral(_ text: Substring) -> Bool {
    guard !text.unicodeScalars.contains(where: { $0.value <= 0x20 || "\"<>\\^`{|}".unicodeScalars.contains($0) })
    else { return false }
    return isPart(text, ":/?#[]@" + delimiters, true)
  }

  private static func isExpression(_ text: Substring) -> Bool {
    let names = text.first.map { "+#./;?&=,!@|".contains($0) } ?? false ? text.dropFirst() : text
    return names.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { variable in
      var name = variable
      if name.hasSuffix("*") {
        name = name.dropLast()
      } else if let colon = name.firstIndex(of: ":") {
        let digits = name[colon...].dropFirst()
        guard digits.first != "0", digits.first != "+", let length = Int(digits), (1..<10_000).contains(length) else {
          return false
        }
        name = name[..<colon]
      }
      return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && isPart(part, "_", false) && !part.contains { "-~".contains($0) }
      }
    }
  }

  /// Whether the text is empty or a list of names with a slash before each, `~` being escaped.
  static func isPointer(_ text: Substring) -> Bool {
    guard text.isEmpty || text.first == "/" else { return false }
    let parts = text.utf8.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false).dropFirst()
    return parts.allSatisfy { $0.first == UInt8(ascii: "0") || $0.first == UInt8(ascii: "1") }
  }

  /// Whether the text is a number of levels, then a pointer or `#` (draft-bhutton-relative-json-pointer).
  static func isRelativePointer(_ text: String) -> Bool {
    let digits = text.utf8.prefix(while: TimeFormats.isDigit).count
    guard digits > 0, digits == 1 || text.first != "0" else { return false }
    let rest = text.dropFirst(digits)
    return rest == "#" || isPointer(rest)
  }
}
