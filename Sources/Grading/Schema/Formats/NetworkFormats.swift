import Content

/// Names and numbers of hosts, mailboxes and UUIDs.
enum NetworkFormats {
  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    TimeFormats.isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26
  }

  static func isHexadecimal(_ byte: UInt8) -> Bool {
    TimeFormats.isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6
  }

  /// Whether the text is a host name (RFC 1123, section 2.1) of at most 253 bytes. A label that begins with `xn--` must
  /// be Punycode.
  static func isHostname(_ text: Substring) -> Bool {
    guard text.utf8.count <= 253 else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      let bytes = label.utf8
      guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-"),
        bytes.allSatisfy({ isLetterOrDigit($0) || $0 == UInt8(ascii: "-") })
      else { return false }
      return !label.lowercased().hasPrefix("xn--") || Punycode.isValidLabel(label.dropFirst(4))
    }
  }

  /// Whether the text is four numbers from 0 to 255 without leading zeros.
  static func isIPv4(_ text: Substring) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        (1...3).contains(part.utf8.count) && part.utf8.allSatisfy(TimeFormats.isDigit) && Int(part) ?? 256 < 256
          && (part.utf8.count == 1 || part.first != "0")
      }
  }

  /// Whether the text is an IPv6 address in one of the forms of RFC 4291, section 2.2, without a zone.
  static func isIPv6(_ text: Substring) -> Bool {
    var rest = text
    var groups = 0
    if let colon = rest.lastIndex(of: ":"), rest[colon...].contains(".") {
      guard isIPv4(rest[rest.index(after: colon)...]) else { return false }
      groups = 2
      rest = rest[...colon]
      // What remains ends with the colon before the IPv4 part.
      if !rest.hasSuffix("::") { rest = rest.dropLast() }
    }
    let halves = rest.doubleColonCount()
    guard halves <= 1 else { return false }
    let sides = halves == 0 ? [rest] : rest.splitAtDoubleColon()
    for side in sides where !side.isEmpty {
      for group in side.split(separator: ":", omittingEmptySubsequences: false) {
        guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy(isHexadecimal) else { return false }
        groups += 1
      }
    }
    return halves == 1 ? groups < 8 : groups == 8
  }

  /// Whether the text is a mailbox (RFC 5321, section 4.1.2).
  static func isEmail(_ text: String) -> Bool {
    guard text.utf8.allSatisfy({ $0 < 0x80 }), let at = text.lastIndex(of: "@") else { return false }
    let local = text[..<at]
    let domain = text[text.index(after: at)...]
    guard (1...64).contains(local.utf8.count) else { return false }
    let isLocal =
      local.hasPrefix("\"") && local.hasSuffix("\"") && local.utf8.count >= 2
      ? isQuoted(local.dropFirst().dropLast())
      : local.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
        !atom.isEmpty
          && atom.utf8.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
      }
    guard isLocal else { return false }
    guard domain.hasPrefix("["), domain.hasSuffix("]") else { return isHostname(domain) }
    let literal = domain.dropFirst().dropLast()
    return literal.hasPrefix("IPv6:") ? isIPv6(literal.dropFirst(5)) : isIPv4(literal)
  }

  private static func isQuoted(_ text: Substring) -> Bool {
    var isEscaped = false
    for byte in text.utf8 {
      guard byte >= 0x20, byte != 0x7F else { return false }
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        return false
      }
    }
    return !isEscaped
  }

  /// Whether the text is 8-4-4-4-12 hexadecimal digits (RFC 9562, section 4).
  static func isUUID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.joined().utf8.allSatisfy(isHexadecimal)
  }
}

extension Substring {
  /// How often "::" occurs, overlapping ones counted.
  fileprivate func doubleColonCount() -> Int {
    zip(utf8, utf8.dropFirst()).count { $0 == UInt8(ascii: ":") && $1 == UInt8(ascii: ":") }
  }

  /// The texts before and after the first "::".
  fileprivate func splitAtDoubleColon() -> [Substring] {
    guard let range = range(ofFirst: "::") else { return [self] }
    return [self[..<range.lowerBound], self[range.upperBound...]]
  }
}
