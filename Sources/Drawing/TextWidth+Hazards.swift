/// Cleaning of text that is not drawn on a surface; surfaces clean theirs themselves.
///
/// Hazards (`ScalarWidth`) are control characters, bidirectional controls and invisible characters: they could steer a
/// terminal, reorder a line or hide text.
extension TextWidth {
  /// `text` with every hazard replaced by something visible. Line breaks and tabs stay.
  package static func sanitized(_ text: String) -> String {
    replacingHazards(in: text) { $0 == "\n" || $0 == "\t" }
  }

  /// `text` on one line, with every hazard, line breaks and tabs among them, replaced by something visible.
  package static func singleLine(_ text: String) -> String { replacingHazards(in: text) { _ in false } }

  private static func replacingHazards(in text: String, keeping isKept: (Unicode.Scalar) -> Bool) -> String {
    if asciiColumns(of: text[...]) != nil { return text }
    var result = String.UnicodeScalarView()
    var scalars = text.unicodeScalars.makeIterator()
    var ahead = scalars.next()
    while let scalar = ahead {
      ahead = scalars.next()
      if scalar == "\r", ahead == "\n" { continue }
      if !isKept(scalar), case .hazard(let standIn) = ScalarWidth(scalar.value) {
        result.append(Unicode.Scalar(standIn) ?? "\u{FFFD}")
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// JSON with every hazard written as an escape, so that it means the same. Between its strings there are none but line
  /// breaks.
  package static func escapingHazards(inJSON text: String) -> String {
    if asciiColumns(of: text[...]) != nil { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar != "\n", case .hazard = ScalarWidth(scalar.value) {
        for unit in String(scalar).utf16 { result.append(contentsOf: escape(unit).unicodeScalars) }
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func escape(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }

  /// `text` as it may stand on a clipboard, from where it can be put into a shell or an editor: without controls, and
  /// without what reorders lines. A line break is one, however it was written. Everything else stays as it is.
  package static func copyable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var former: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      defer { former = scalar }
      switch scalar.value {
      case 0x0A where former == "\r": break
      case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: result.append("\n")
      case 0x09: result.append(scalar)
      case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: break
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
