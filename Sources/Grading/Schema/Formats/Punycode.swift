/// Decoding of internationalised labels (RFC 3492).
enum Punycode {
  /// Whether the part of a label after `xn--` decodes to letters, digits and marks that IDNA 2008 admits on the whole:
  /// at least one scalar beyond ASCII, no mark at the beginning, and each scalar of RFC 5892's contextual rules (appendix
  /// A) in its place.
  static func isValidLabel(_ encoded: Substring) -> Bool {
    guard let scalars = decoded(encoded), scalars.contains(where: { !$0.isASCII }) else { return false }
    guard let first = scalars.first, !isMark(first), scalars.dropFirst(2).prefix(2) != ["-", "-"] else { return false }
    return scalars.indices.allSatisfy { isAllowed($0, in: scalars) }
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// Whether a letter is from one of the scripts that join their letters; stands for the joining types of appendix A.1.
  private static func isJoining(_ scalar: Unicode.Scalar) -> Bool {
    (0x620...0x77F).contains(scalar.value) && scalar.properties.isAlphabetic
  }

  private static func isAllowed(_ place: Int, in scalars: [Unicode.Scalar]) -> Bool {
    let before = place > 0 ? scalars[place - 1] : nil
    let after = place + 1 < scalars.count ? scalars[place + 1] : nil
    let kana = { (scalar: Unicode.Scalar) in
      (0x3041...0x3096).contains(scalar.value) || (0x30A1...0x30FA).contains(scalar.value)
        || (0x3400...0x9FFF).contains(scalar.value) || scalar == "\u{3005}" || scalar == "\u{3007}"
    }
    switch scalars[place].value {
    case 0xB7: return before == "l" && after == "l"
    case 0x375: return after.map { (0x370...0x3FF).contains($0.value) } ?? false
    case 0x5F3, 0x5F4: return before.map { (0x590...0x5FF).contains($0.value) } ?? false
    case 0x30FB: return scalars.contains(where: kana)
    case 0x660...0x669: return !scalars.contains { (0x6F0...0x6F9).contains($0.value) }
    case 0x6F0...0x6F9: return !scalars.contains { (0x660...0x669).contains($0.value) }
    case 0x200C where [before, after].allSatisfy({ $0.map { isJoining($0) } ?? false }): return true
    case 0x200C, 0x200D: return before?.properties.canonicalCombiningClass == .virama
    case 0x2D, 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007: return true
    case 0x302E, 0x302F, 0x640, 0x7FA, 0x3031...0x3035, 0x303B: return false
    default:
      switch scalars[place].properties.generalCategory {
      case .lowercaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark, .decimalNumber: return true
      default: return false
      }
    }
  }

  /// The scalars of a label, nil when it is no Punycode (RFC 3492, section 6.2, with the parameters of section 5).
  private static func decoded(_ text: Substring) -> [Unicode.Scalar]? {
    var output: [UInt32] = []
    var rest = Array(text.utf8)[...]
    if let delimiter = rest.lastIndex(of: UInt8(ascii: "-")) {
      output = rest[..<delimiter].map { UInt32($0) }
      rest = rest[(delimiter + 1)...]
    }
    guard !rest.isEmpty else { return nil }
    var (scalar, index, bias) = (128, 0, 72)
    while !rest.isEmpty {
      let start = index
      var (weight, step) = (1, 36)
      while true {
        guard let byte = rest.popFirst(), let digit = digit(byte), weight < 1 << 26 else { return nil }
        index += digit * weight
        let threshold = min(26, max(1, step - bias))
        if digit < threshold { break }
        weight *= 36 - threshold
        step += 36
      }
      let count = output.count + 1
      var delta = (index - start) / (start == 0 ? 700 : 2)
      delta += delta / count
      step = 0
      while delta > 455 {
        delta /= 35
        step += 36
      }
      bias = step + 36 * delta / (delta + 38)
      scalar += index / count
      index %= count
      guard scalar <= 0x10FFFF else { return nil }
      output.insert(UInt32(scalar), at: index)
      index += 1
    }
    let scalars = output.compactMap(Unicode.Scalar.init)
    return scalars.count == output.count ? scalars : nil
  }

  private static func digit(_ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte - UInt8(ascii: "a"))
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0")) + 26
    default: nil
    }
  }
}
