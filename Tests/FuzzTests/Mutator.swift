/// Random numbers that are the same on every machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Numbers for one input of one parser.
  init(_ name: String, _ number: Int) {
    // FNV-1a; Swift's own hashes differ from process to process.
    let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    state = hash ^ UInt64(number) &* 0x9E37_79B9_7F4A_7C15
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// Makes new inputs of real ones: mistakes that people, programs and networks make, and those that an attacker tries.
struct Mutator {
  let corpus: [[UInt8]]
  private let words: [[UInt8]]

  /// No input is longer, in bytes.
  static let longest = 16_384

  init(corpus: [[UInt8]], words: [String]) {
    self.corpus = corpus.isEmpty ? [[]] : corpus.map { Array($0.prefix(Self.longest)) }
    self.words = words.map { Array($0.utf8) } + Self.poison
  }

  /// What parsers of every kind have stumbled over: numbers out of all bounds, what is no UTF-8 (a lone continuation,
  /// an overlong form, a surrogate, beyond the last scalar, cut short), and characters that steer or vanish.
  private static let poison: [[UInt8]] =
    [
      "0", "-0", "-1", "1e999", "-1e999", "1e-400", "0x7f", "NaN", "nan", "Infinity", "-inf", "2147483648",
      "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616",
      "1" + String(repeating: "0", count: 400), "0." + String(repeating: "0", count: 400) + "1", "1e308", "1e-308",
      "null", "true", "false", "\"\"", "[]", "{}", "\\u0000", "\\ud800", "\\udc00", "\\", "\"", "'", "`",
      "\u{0}", "\u{1B}", "\u{1B}[", "\u{7F}", "\u{9B}", "\u{FEFF}", "\u{202E}", "\u{2028}", "\u{200D}", "\u{301}",
      "👩‍🚀", "é", "\u{10FFFF}", "\r", "\n", "\r\n", "\t", " ", "%", "$", "{{", "}}", "../", "/dev/zero",
    ].map { Array($0.utf8) } + [
      [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x80], [0xFF], [0xFE, 0xFF],
    ]

  /// Pairs that nest.
  private static let nesting: [(open: String, close: String)] = [
    ("[", "]"), ("{\"a\":", "}"), ("{", "}"), ("(", ")"), ("{a: ", "}"), ("- ", ""), ("  ", ""), ("> ", ""),
    ("&a [*a,", "]"), ("!!x ", ""), ("\"", "\""), ("\\", ""), ("<think>", "</think>"), ("\u{1B}", ""), ("?", ""),
  ]

  /// A new input: a real one with one to six changes.
  func input(_ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = corpus[Int.random(in: 0..<corpus.count, using: &generator)]
    for _ in 0..<Int.random(in: 1...6, using: &generator) { change(&bytes, &generator) }
    return Array(bytes.prefix(Self.longest))
  }

  private func change(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let range = Self.range(in: bytes, &generator)
    switch Int.random(in: 0..<13, using: &generator) {
    case 0: flip(&bytes, &generator)
    case 1: bytes.removeSubrange(range)
    case 2: bytes.insert(contentsOf: bytes[range], at: range.lowerBound)
    case 3: bytes.removeSubrange(range.lowerBound...)
    case 4: bytes.removeSubrange(..<range.lowerBound)
    case 5, 6: bytes.insert(contentsOf: word(&generator), at: range.lowerBound)
    case 7: bytes.replaceSubrange(range, with: word(&generator))
    case 8: splice(&bytes, &generator)
    case 9: nest(&bytes, range, &generator)
    case 10: replaceNumber(&bytes, &generator)
    case 11: moveLine(&bytes, &generator)
    default: repeatRange(&bytes, range, &generator)
    }
  }

  /// A place in the bytes, mostly a short one.
  private static func range(in bytes: [UInt8], _ generator: inout SeededGenerator) -> Range<Int> {
    let start = Int.random(in: 0...bytes.count, using: &generator)
    let most = Bool.random(using: &generator) ? 8 : bytes.count
    return start..<min(bytes.count, start + Int.random(in: 0...most, using: &generator))
  }

  private func word(_ generator: inout SeededGenerator) -> [UInt8] {
    words[Int.random(in: 0..<words.count, using: &generator)]
  }

  private func flip(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    guard !bytes.isEmpty else { return bytes.append(UInt8.random(in: 0...255, using: &generator)) }
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      if Bool.random(using: &generator) {
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      } else {
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
    }
  }

  /// Goes on with another real input from some place on.
  private func splice(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let other = corpus[Int.random(in: 0..<corpus.count, using: &generator)]
    bytes.removeSubrange(Int.random(in: 0...bytes.count, using: &generator)...)
    bytes += other[Int.random(in: 0...other.count, using: &generator)...]
  }

  /// Puts a part into so many brackets that a parser which calls itself for each would run out of stack.
  private func nest(_ bytes: inout [UInt8], _ range: Range<Int>, _ generator: inout SeededGenerator) {
    let pair = Self.nesting[Int.random(in: 0..<Self.nesting.count, using: &generator)]
    let depth = Self.count([2, 8, 20, 70], rarely: 5_000, &generator)
    let open = Array(String(repeating: pair.open, count: depth).utf8)
    let close = Array(String(repeating: pair.close, count: Bool.random(using: &generator) ? depth : 0).utf8)
    bytes.replaceSubrange(range, with: open + bytes[range] + close)
  }

  /// One of these, and once in a while a large one: long inputs take long.
  private static func count(_ usual: [Int], rarely large: Int, _ generator: inout SeededGenerator) -> Int {
    Int.random(in: 0..<40, using: &generator) == 0 ? large : usual[Int.random(in: 0..<usual.count, using: &generator)]
  }

  /// Puts a hostile number in place of one of the input's; an input without digits stays as it is.
  private func replaceNumber(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    let starts = bytes.indices.filter { isDigit(bytes[$0]) && ($0 == 0 || !isDigit(bytes[$0 - 1])) }
    if let start = starts.randomElement(using: &generator) {
      let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
      bytes.replaceSubrange(start..<end, with: Self.poison[Int.random(in: 0..<20, using: &generator)])
    }
  }

  /// Removes, repeats or moves a line.
  private func moveLine(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let line = lines[Int.random(in: 0..<lines.count, using: &generator)]
    if Bool.random(using: &generator) { lines.remove(at: Int.random(in: 0..<lines.count, using: &generator)) }
    if Bool.random(using: &generator) { lines.insert(line, at: Int.random(in: 0...lines.count, using: &generator)) }
    bytes = Array(lines.joined(separator: [0x0A]))
  }

  private func repeatRange(_ bytes: inout [UInt8], _ range: Range<Int>, _ generator: inout SeededGenerator) {
    guard !range.isEmpty else { return }
    let times = min(Self.longest / range.count, Self.count([2, 3, 20], rarely: 1_000, &generator))
    bytes.insert(contentsOf: repeatElement(bytes[range], count: times).joined(), at: range.lowerBound)
  }
}
