import Foundation

/// A certificate (X.509, RFC 5280) as a line by which a person recognises it: what it is issued to, and the SHA-256 of its
/// bytes. Only that much of it is read; what can't be read has no name.
package enum CertificateLine {
  /// The longest file of certificates, in bytes.
  package static let mostBytes = 4 << 20

  /// The certificates in a text (PEM, RFC 7468), in order.
  package static func lines(pem text: some Sequence<UInt8>) -> [String] {
    var lines: [String] = []
    var body: String?
    for line in String(decoding: Array(text), as: UTF8.self).split(whereSeparator: \.isNewline) {
      if line.hasPrefix("-----BEGIN "), line.contains("CERTIFICATE-----") {
        body = ""
      } else if line.hasPrefix("-----END ") {
        if let der = body.flatMap({ Data(base64Encoded: $0, options: .ignoreUnknownCharacters) }), !der.isEmpty {
          lines.append(Self.line(der: Array(der)))
        }
        body = nil
      } else {
        body?.append(contentsOf: line)
      }
    }
    return lines
  }

  /// One certificate: `Example Root CA, SHA-256 5f3a…`.
  package static func line(der: [UInt8]) -> String {
    "\(subject(der[...]) ?? "a certificate without a name"), SHA-256 \(SHA256.hex(der))"
  }

  /// The common name of the subject, or else its organisation.
  private static func subject(_ der: ArraySlice<UInt8>) -> String? {
    guard var certificate = element(der)?.content, var fields = next(&certificate)?.content,
      var field = next(&fields)
    else { return nil }
    // The version may be left out; before the subject there are serial number, algorithm, issuer and validity.
    if field.tag == 0xA0 {
      guard let serial = next(&fields) else { return nil }
      field = serial
    }
    for _ in 0..<4 {
      guard let following = next(&fields) else { return nil }
      field = following
    }
    var names = field.content
    var found: [UInt8: String] = [:]
    while var set = next(&names)?.content {
      while var pair = next(&set)?.content {
        // 2.5.4.3 is the common name, 2.5.4.10 the organisation.
        guard let kind = next(&pair), let value = next(&pair), kind.content.count == 3,
          kind.content.starts(with: [0x55, 0x04]), let last = kind.content.last, let text = text(value)
        else { continue }
        found[last] = text
      }
    }
    return (found[3] ?? found[10]).map { String($0.prefix(80)) }
  }

  private static func text(_ element: Element) -> String? {
    let text: String? =
      switch element.tag {
      case 0x0C, 0x13, 0x14, 0x16: String(validating: element.content, as: UTF8.self)
      // UTF-16, the high byte first.
      case 0x1E: String(data: Data(element.content), encoding: .utf16BigEndian)
      default: nil
      }
    return text.flatMap { $0.isEmpty ? nil : $0 }
  }

  private struct Element {
    var tag: UInt8
    var content: ArraySlice<UInt8>
  }

  private static func next(_ rest: inout ArraySlice<UInt8>) -> Element? {
    guard let element = element(rest) else { return nil }
    rest = rest[element.content.endIndex...]
    return element
  }

  /// The first element (DER, X.690) of these bytes.
  private static func element(_ bytes: ArraySlice<UInt8>) -> Element? {
    guard bytes.count >= 2 else { return nil }
    let first = bytes.startIndex
    var start = first + 2
    var length = Int(bytes[first + 1])
    if length >= 0x80 {
      let digits = length & 0x7F
      guard (1...4).contains(digits), bytes.count >= 2 + digits else { return nil }
      length = bytes[start..<(start + digits)].reduce(0) { $0 << 8 | Int($1) }
      start += digits
    }
    guard length <= bytes.endIndex - start else { return nil }
    return Element(tag: bytes[first], content: bytes[start..<(start + length)])
  }
}
