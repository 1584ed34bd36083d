import Content

/// Text for HTML, where nothing of it can be markup.
enum HTMLText {
  /// The text with everything visible that could hide, and `&`, `<`, `>` and quotes as references: for content and for
  /// values of attributes.
  static func escaped(_ text: some StringProtocol) -> String {
    let text = VisibleText.of(String(text))
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): result += Array("&amp;".utf8)
      case UInt8(ascii: "<"): result += Array("&lt;".utf8)
      case UInt8(ascii: ">"): result += Array("&gt;".utf8)
      case UInt8(ascii: "\""): result += Array("&quot;".utf8)
      case UInt8(ascii: "'"): result += Array("&#39;".utf8)
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// One line of at most so many bytes before it is escaped, `…` behind a cut.
  static func line(_ text: String, bytes: Int = 400) -> String {
    // White space is joined only in as much text as can be shown.
    let head = VisibleText.start(of: text, bytes: bytes * 4)
    let start = VisibleText.start(of: VisibleText.line(String(head.text)), bytes: bytes)
    return escaped(start.text) + (head.cut + start.cut > 0 ? "…" : "")
  }

  /// A name of a person's own (a variant, a tag, a case), isolated from the direction of the text around it.
  static func name(_ text: String) -> String { "<bdi>" + line(text, bytes: 120) + "</bdi>" }

  /// The fragment that leads to a case, of letters, digits, `-` and `.`; different for different ids.
  static func anchor(ofCase id: String) -> String {
    var anchor = "case-"
    let start = VisibleText.start(of: id, bytes: 60)
    for byte in start.text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."):
        anchor.append(Character(Unicode.Scalar(byte)))
      default: anchor += "_" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    // What is cut off still tells cases apart.
    return start.cut == 0 ? anchor : anchor + "__" + SHA256.hex(id).prefix(12)
  }
}
