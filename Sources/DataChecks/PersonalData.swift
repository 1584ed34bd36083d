/// Personal data and secrets in a text, found by their shapes and check digits.
///
/// Addresses that belong to no person are left out: addresses reserved for documentation (RFC 2606, 5737, 3849), private networks.
struct PersonalData {
  /// What is told apart.
  enum Kind: String, CaseIterable {
    case email = "e-mail addresses"
    case phone = "phone numbers"
    case iban = "bank accounts (IBAN)"
    case card = "card numbers"
    case address = "IP addresses"
    case socialSecurity = "US social security numbers"
    case secret = "keys and passwords"

    /// What does harm by itself when a model repeats it.
    var isGrave: Bool { self == .iban || self == .card || self == .socialSecurity || self == .secret }
  }
  /// One place.
  struct Match: Equatable {
    var kind: Kind
    /// The beginning and the length, never the whole.
    var masked: String
    /// Where it stands, in UTF-8 bytes from the start of the text.
    var range = 0..<0
  }

  /// All matches in a text; takes linear time.
  static func matches(in text: String) -> [Match] {
    var text = text
    return text.withUTF8 { bytes in
      var scanner = Scanner(bytes)
      scanner.run()
      return scanner.matches
    }
  }
}

private struct Scanner {
  let bytes: UnsafeBufferPointer<UInt8>
  var matches: [PersonalData.Match] = []
  /// Up to here everything belongs to a match.
  private var done = 0
  /// Where the match that was found last begins.
  private var start = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func run() {
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      let known = matches.count
      start = place
      var end: Int?
      if byte == UInt8(ascii: "@") {
        end = email(at: place)
      } else if startsWord(place) {
        if isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "(") {
          end = number(at: place)
        } else if isUpper(byte) {
          end = secret(at: place) ?? iban(at: place)
        } else if isLower(byte) || byte == UInt8(ascii: "-") {
          end = secret(at: place)
        }
        if end == nil, isHex(byte) || byte == UInt8(ascii: ":") { end = longAddress(at: place) }
      }
      if let end {
        if matches.count > known { matches[known].range = start..<end }
        done = end
        place = max(place + 1, end)
      } else {
        place += 1
      }
    }
  }

  // MARK: Bytes

  private func at(_ place: Int) -> UInt8 { place >= 0 && place < bytes.count ? bytes[place] : 0 }
  private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  private func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
  private func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
  private func isWord(_ byte: UInt8) -> Bool { isDigit(byte) || isUpper(byte) || isLower(byte) || byte >= 0x80 }
  private func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 6 }
  private func startsWord(_ place: Int) -> Bool {
    let before = at(place - 1)
    return place == 0 || !(isWord(before) || before == UInt8(ascii: "_"))
  }
  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private mutating func add(_ kind: PersonalData.Kind, _ masked: String) {
    matches.append(PersonalData.Match(kind: kind, masked: masked))
  }

  // MARK: E-mail

  private mutating func email(at sign: Int) -> Int? {
    func isLocal(_ byte: UInt8) -> Bool { isWord(byte) || ".!#$%&'*+/=?^_`{|}~-".utf8.contains(byte) }
    var start = sign
    while start > done, isLocal(at(start - 1)), sign - start < 64 { start -= 1 }
    var end = sign + 1
    var dot: Int?
    while end < bytes.count, isWord(bytes[end]) || bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "."),
      end - sign < 254
    {
      if bytes[end] == UInt8(ascii: ".") {
        guard isWord(at(end + 1)) else { break }
        dot = end
      }
      end += 1
    }
    guard start < sign, let dot, end - dot > 2, !bytes[dot + 1..<end].contains(where: isDigit) else { return nil }
    let domain = text(sign + 1..<end).lowercased()
    let reserved = ["example.com", "example.org", "example.net", "test", "invalid", "example", "localhost"]
    if reserved.contains(where: { domain == $0 || domain.hasSuffix("." + $0) }) { return end }
    let first = text(start..<sign).first.map(String.init) ?? ""
    self.start = start
    add(.email, "\(first)…@\(domain.prefix(1))….\(text(dot + 1..<end))")
    return end
  }

  // MARK: Numbers

  /// Digits in groups: a card, a phone, a social security number or an address.
  private mutating func number(at start: Int) -> Int? {
    if let end = shortAddress(at: start) ?? socialSecurity(at: start) { return end }
    var digits: [UInt8] = []
    var groups: [Int] = []
    var place = start
    var end = start
    var separators: Set<UInt8> = []
    let isInternational = bytes[start] == UInt8(ascii: "+")
    if isInternational { place += 1 }
    while place < bytes.count, digits.count < 30 {
      let byte = bytes[place]
      if isDigit(byte) {
        if place == start || !isDigit(at(place - 1)) { groups.append(0) }
        if !groups.isEmpty { groups[groups.count - 1] += 1 }
        digits.append(byte - 0x30)
        end = place + 1
      } else if " -.()/".utf8.contains(byte), place - end < 2 {
        separators.insert(byte)
      } else {
        break
      }
      place += 1
    }
    guard !isWord(at(end)) else { return nil }
    // A separator that follows the last digit is none.
    if end < place, let last = separators.first, groups.count == 1, separators.count == 1,
      !bytes[start..<end].contains(last)
    {
      separators = []
    }
    if isCard(digits, groups, separators) {
      add(.card, mask(digits))
      return end
    }
    let hasBracket = bytes[start..<end].contains(UInt8(ascii: "("))
    if isPhone(digits, groups, isInternational: isInternational, hasBracket: hasBracket) {
      add(.phone, (isInternational ? "+" : "") + mask(digits))
      return end
    }
    // A part of a longer number is no phone either.
    return digits.count > 15 ? end : nil
  }

  private func mask(_ digits: [UInt8]) -> String {
    "\(digits.prefix(2).map { String($0) }.joined())… (\(digits.count) digits)"
  }

  /// 13 to 19 digits of a known kind of card with the right check digit (Luhn 1960; ISO/IEC 7812).
  private func isCard(_ digits: [UInt8], _ groups: [Int], _ separators: Set<UInt8>) -> Bool {
    guard (13...19).contains(digits.count), separators.isSubset(of: Set(" -".utf8)), separators.count <= 1 else {
      return false
    }
    let middle = groups.dropFirst().dropLast()
    let isGrouped = groups[0] == 4 && (middle.allSatisfy { $0 == 4 } || middle == [6])
    guard groups.count == 1 || groups.count <= 5 && isGrouped else { return false }
    let issuer = digits.prefix(4).reduce(0) { $0 * 10 + Int($1) }
    let lengths: Set<Int> =
      switch issuer {
      case 4000...4999: [13, 16, 19]
      case 5100...5599, 2221...2720, 3528...3589: [16]
      case 3400...3499, 3700...3799: [15]
      case 3000...3059, 3600...3699, 3800...3899: [14]
      case 5000...5099, 5600...5899, 6000...6999: [16, 17, 18, 19]
      default: []
      }
    guard lengths.contains(digits.count), Set(digits).count > 1 else { return false }
    var sum = 0
    for (place, digit) in digits.reversed().enumerated() {
      let value = Int(digit) * (place % 2 == 0 ? 1 : 2)
      sum += value > 9 ? value - 9 : value
    }
    return sum % 10 == 0
  }

  /// A number with a country's code; or one that begins with 0 or has its area in brackets, in groups; or one in groups of
  /// 3, 3 and 4.
  private func isPhone(
    _ digits: [UInt8], _ groups: [Int], isInternational: Bool, hasBracket: Bool
  ) -> Bool {
    guard (8...15).contains(digits.count) else { return false }
    if isInternational { return digits[0] != 0 }
    // 555-01xx is kept for fiction in North America.
    if digits.count == 10, Array(digits[3..<8]) == [5, 5, 5, 0, 1] { return false }
    if groups == [3, 3, 4], digits[0] > 1 { return true }
    guard digits.count >= 9, groups != [3, 2, 4] else { return false }
    return (digits[0] == 0 && groups.count >= 2 || hasBracket && groups.count >= 2) && groups.count <= 6
      && groups.contains { $0 >= 3 }
  }

  /// Three, two and four digits with hyphens; areas and groups that were never given out are no numbers.
  private mutating func socialSecurity(at start: Int) -> Int? {
    let shape: [Int] = [3, 2, 4]
    var place = start
    var parts: [Int] = []
    for (index, length) in shape.enumerated() {
      guard place + length <= bytes.count, bytes[place..<place + length].allSatisfy(isDigit) else { return nil }
      parts.append(Int(text(place..<place + length)) ?? 0)
      place += length
      if index < 2 {
        guard at(place) == UInt8(ascii: "-") else { return nil }
        place += 1
      }
    }
    guard !isWord(at(place)), at(place) != UInt8(ascii: "-") else { return nil }
    guard parts[0] != 0, parts[0] != 666, parts[0] < 900, parts[1] != 0, parts[2] != 0 else { return nil }
    add(.socialSecurity, "…-…-\(String(parts[2]).suffix(1))")
    return place
  }

  /// Four numbers up to 255 with dots, of a public network.
  private mutating func shortAddress(at start: Int) -> Int? {
    var parts: [Int] = []
    var place = start
    while parts.count < 4 {
      var value = 0
      var length = 0
      while isDigit(at(place)), length < 4 {
        value = value * 10 + Int(bytes[place] - 0x30)
        place += 1
        length += 1
      }
      guard length > 0, length < 4, value < 256, length == 1 || at(place - length) != 0x30 else { return nil }
      parts.append(value)
      if parts.count < 4 {
        guard at(place) == UInt8(ascii: ".") else { return nil }
        place += 1
      }
    }
    guard !isWord(at(place)), !(at(place) == UInt8(ascii: ".") && isDigit(at(place + 1))) else { return nil }
    if start > 0, at(start - 1) == UInt8(ascii: ".") || at(start - 1) | 0x20 == UInt8(ascii: "v") { return nil }
    if text(max(0, start - 9)..<start).lowercased().contains("version") { return place }
    let isReserved =
      switch (parts[0], parts[1], parts[2]) {
      case (0, _, _), (10, _, _), (127, _, _), (224..., _, _), (169, 254, _), (192, 168, _), (172, 16...31, _),
        (192, 0, 2), (198, 51, 100), (203, 0, 113), (100, 64...127, _), (1, 1, 1), (8, 8, 8), (8, 8, 4):
        true
      default: false
      }
    if !isReserved { add(.address, "\(parts[0])….…") }
    return place
  }

  /// Groups of hexadecimal digits with colons: eight, or fewer with one gap.
  private mutating func longAddress(at start: Int) -> Int? {
    var place = start
    var groups = 0
    var gaps = 0
    guard at(start - 1) != UInt8(ascii: ":") else { return nil }
    while place < bytes.count, groups <= 8 {
      var length = 0
      while isHex(at(place)), length < 5 {
        place += 1
        length += 1
      }
      guard length < 5 else { return nil }
      if length > 0 { groups += 1 }
      guard at(place) == UInt8(ascii: ":") else { break }
      if at(place + 1) == UInt8(ascii: ":") {
        gaps += 1
        place += 2
      } else {
        guard isHex(at(place + 1)) else { break }
        place += 1
      }
    }
    guard !isWord(at(place)), gaps == 0 ? groups == 8 : gaps == 1 && (3...7).contains(groups) else { return nil }
    let text = text(start..<place).lowercased()
    if !["2001:db8", "fe80", "fc", "fd", "ff"].contains(where: text.hasPrefix) {
      add(.address, "\(text.prefix(2))…:…")
    }
    return place
  }

  // MARK: Bank accounts

  /// A country, two check digits and 11 to 30 letters or digits whose number leaves 1 when divided by 97 (ISO 13616).
  private mutating func iban(at start: Int) -> Int? {
    guard isUpper(at(start + 1)), isDigit(at(start + 2)), isDigit(at(start + 3)),
      let length = Self.lengths[text(start..<start + 2)]
    else { return nil }
    var characters: [UInt8] = []
    var place = start
    while characters.count < length, place < bytes.count {
      let byte = bytes[place]
      if isDigit(byte) || isUpper(byte) {
        characters.append(byte)
      } else {
        guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-"), characters.count % 4 == 0 else { return nil }
      }
      place += 1
    }
    guard characters.count == length, !isWord(at(place)) else { return nil }
    var rest = 0
    for byte in characters[4...] + characters[..<4] {
      rest = isDigit(byte) ? (rest * 10 + Int(byte - 0x30)) % 97 : (rest * 100 + Int(byte - 0x37)) % 97
    }
    guard rest == 1 else { return nil }
    add(.iban, "\(text(start..<start + 2))… (\(length) characters)")
    return place
  }

  /// How long accounts are, by country (the SWIFT registry).
  private static let lengths: [String: Int] = [
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
    "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24,
    "XK": 20,
  ]

  // MARK: Secrets

  /// Beginnings that services give their keys, with the least number of characters that follow.
  private static let prefixes: [(prefix: [UInt8], least: Int)] = [
    ("sk-", 20), ("sk_live_", 16), ("rk_live_", 16), ("pk_live_", 16), ("AKIA", 16), ("ASIA", 16), ("ghp_", 30),
    ("gho_", 30), ("ghs_", 30), ("ghu_", 30), ("github_pat_", 30), ("glpat-", 16), ("xoxb-", 16), ("xoxp-", 16),
    ("xoxa-", 16), ("xapp-", 16), ("AIza", 30), ("hf_", 20), ("npm_", 30), ("SG.", 30), ("eyJ", 40), ("dop_v1_", 40),
    ("shpat_", 24), ("ya29.", 30), ("whsec_", 20),
  ].map { (Array($0.0.utf8), $0.1) }

  private mutating func secret(at start: Int) -> Int? {
    if bytes[start] == UInt8(ascii: "-") { return privateKey(at: start) }
    for (prefix, least) in Self.prefixes
    where prefix[0] == bytes[start] && bytes[start...].starts(with: prefix) {
      var end = start + prefix.count
      var (digits, letters) = (0, 0)
      while end < bytes.count, bytes[end] < 0x80, isWord(bytes[end]) || "-_.".utf8.contains(bytes[end]) {
        if isDigit(bytes[end]) { digits += 1 } else { letters += 1 }
        end += 1
      }
      // What has no digits at all, as in sk-your-secret-key-goes-here, is a word.
      guard end - start - prefix.count >= least, digits > 0, letters > 0 else { continue }
      add(.secret, "\(text(start..<start + prefix.count))… (\(end - start) characters)")
      return end
    }
    return nil
  }

  private mutating func privateKey(at start: Int) -> Int? {
    guard bytes[start...].starts(with: "-----BEGIN ".utf8) else { return nil }
    let line = text(start..<min(bytes.count, start + 64))
    guard line.split(separator: "\n", maxSplits: 1)[0].contains("PRIVATE KEY-----") else { return nil }
    add(.secret, "-----BEGIN … PRIVATE KEY")
    return endOfKey(from: start + 11)
  }

  /// Where a private key ends that begins before a place: after its last line, or with the text where that is missing.
  private func endOfKey(from place: Int) -> Int {
    let mark = Array("-----END ".utf8)
    var place = place
    while place < bytes.count {
      if bytes[place] == mark[0], bytes[place...].starts(with: mark) {
        let rest = bytes[(place + mark.count)...]
        return rest.firstIndex(of: 0x0A) ?? bytes.count
      }
      place += 1
    }
    return bytes.count
  }
}
