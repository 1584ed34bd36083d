import Content
import Foundation

/// A text in the form in which texts are compared: NFC, and case-folded where case is ignored.
///
/// What stands for what is decided scalar by scalar, never by grapheme clusters, so that a letter is found before a
/// combining mark that does not compose with it. Texts in ASCII, and in scripts whose scalars are NFC by themselves, are
/// taken as they are.
struct ComparableText: Sendable, Hashable {
  /// The text in that form.
  let text: String

  /// Brings a text into the form.
  init(_ text: String, ignoresCase: Bool = false) {
    let normalised = Self.isNormalised(text) ? text : text.precomposedStringWithCanonicalMapping
    guard ignoresCase else {
      self.text = normalised
      return
    }
    let folded = Self.folded(normalised)
    self.text =
      folded.mayDecompose && !Self.isNormalised(folded.text)
      ? folded.text.precomposedStringWithCanonicalMapping : folded.text
  }

  /// Whether both have the same scalars.
  static func == (left: ComparableText, right: ComparableText) -> Bool { ExactText.areSame(left.text, right.text) }

  /// Feeds the scalars.
  func hash(into hasher: inout Hasher) { hasher.combine(ExactText(text)) }

  /// Whether `part` occurs in the text.
  func contains(_ part: ComparableText) -> Bool {
    var (text, part) = (text, part.text)
    return text.withUTF8 { bytes in part.withUTF8 { Self.occurs($0, in: bytes) } }
  }

  private static func occurs(_ part: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let wanted = part.baseAddress, part.count > 0 else { return true }
    guard var start = text.baseAddress, part.count <= text.count else { return false }
    // Where the part may begin at the latest.
    let last = start + (text.count - part.count)
    while start <= last, let found = memchr(start, Int32(wanted.pointee), last - start + 1) {
      if memcmp(found, wanted, part.count) == 0 { return true }
      start = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) + 1
    }
    return false
  }

  /// Whether the text begins with `part`.
  func begins(with part: ComparableText) -> Bool { text.utf8.starts(with: part.text.utf8) }

  // MARK: Normalization

  /// Whether every scalar is known to be NFC next to any other; false says nothing.
  ///
  /// That holds below U+0300 and in the ranges listed, which have no combining marks but one (U+094D), nor scalars with a singleton
  /// decomposition, nor ones that compose with what stands before them (Unicode Standard Annex 15, section 9).
  private static func isNormalised(_ text: String) -> Bool {
    if isBelow(0xCC, text) { return true }
    return text.unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 0..<0x300, 0x388..<0x483, 0x48A..<0x590, 0x5D0..<0x5EB, 0x620..<0x64B, 0x660..<0x66D, 0x671..<0x6D6,
        0x904..<0x93C, 0x93D..<0x94E, 0x964..<0x980, 0xE01..<0xE38, 0xE40..<0xE48, 0x1E00..<0x1F00, 0x2010..<0x2028,
        0x2030..<0x205F, 0x20A0..<0x20C1, 0x200B..<0x200E,
        0x2190..<0x2329, 0x232B..<0x2ADC, 0x3001..<0x302A, 0x3030..<0x3099, 0x309B..<0x3100, 0x3400..<0x4DC0,
        0x4E00..<0xA000, 0xAC00..<0xD7A4, 0xFE00..<0xFE10, 0xFF00..<0xFFF0, 0x1F000..<0x1FB00, 0x20000..<0x2A6DE:
        true
      default: false
      }
    }
  }

  /// Whether all UTF-8 bytes are below a limit.
  private static func isBelow(_ limit: UInt8, _ text: String) -> Bool {
    var text = text
    return text.withUTF8 { $0.allSatisfy { $0 < limit } }
  }

  // MARK: Case folding

  /// The full case folding (Unicode Standard, section 3.13), derived from the mappings to upper and lower case; two
  /// scalars where that gives something else are listed. Says whether more than ASCII was changed.
  private static func folded(_ text: String) -> (text: String, mayDecompose: Bool) {
    if isBelow(0x80, text) { return (text.lowercased(), false) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var mayDecompose = false
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x41...0x5A: bytes.append(UInt8(scalar.value + 32))
      case 0..<0x80: bytes.append(UInt8(scalar.value))
      case 0x131, 0x590...0x109F, 0x3000...0xA63F, 0xAC00...0xFAFF, 0x1F000...0x1FAFF:
        if let units = UTF8.encode(scalar) { bytes.append(contentsOf: units) }
      case 0x1E9E: bytes.append(contentsOf: "ss".utf8)
      default:
        mayDecompose = true
        for upper in scalar.properties.uppercaseMapping.unicodeScalars {
          bytes.append(contentsOf: upper.properties.lowercaseMapping.utf8)
        }
      }
    }
    return (String(decoding: bytes, as: UTF8.self), mayDecompose)
  }
}
