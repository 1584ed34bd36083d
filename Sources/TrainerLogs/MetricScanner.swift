/// Reads a line of training or validation numbers, the bulk of every `events.jsonl`, in a fraction of a decoder's time.
///
/// It answers only where it is sure to answer as the decoder would: an object with the usual keys, each once, and plain
/// numbers. Beyond that it takes `NaN`, `Infinity` and `-Infinity`, which Python writes and no decoder reads, for a loss or a
/// gradient that is no number any more.
package struct MetricScanner {
  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private enum Field: Int {
    case time, step, loss, learningRate, gradNorm, tokensPerSecond, stepsPerSecond, trainedTokens, peakMemory

    var isWhole: Bool { self == .step || self == .trainedTokens }
    /// Whether it says something when it is no number any more.
    var mayDiverge: Bool { self == .loss || self == .gradNorm }
  }

  private enum Word { case event, field(Field), seconds }

  private enum Kind { case train, validation }

  /// The time, in seconds since 1970, and the numbers; nil where the decoder must look at the line.
  package mutating func item() -> (time: Double, item: LogItem)? {
    var kind: Kind?
    var numbers = SIMD16<Double>()
    var seen = 0
    var hasSeconds = false
    skipSpace()
    guard take("{") else { return nil }
    while true {
      skipSpace()
      guard let key = string(), let word = Self.word(key) else { return nil }
      skipSpace()
      guard take(":") else { return nil }
      skipSpace()
      switch word {
      case .event:
        guard kind == nil, let value = string() else { return nil }
        if Self.isEqual(value, "train") {
          kind = .train
        } else if Self.isEqual(value, "validation") {
          kind = .validation
        } else {
          return nil
        }
      case .field(let field):
        guard seen & 1 << field.rawValue == 0, let number = field.isWhole ? whole().map(Double.init) : number() else {
          return nil
        }
        numbers[field.rawValue] = number
        seen |= 1 << field.rawValue
        guard number.isFinite || field.mayDiverge, !field.isWhole || number >= 0 else { return nil }
      case .seconds:
        guard !hasSeconds, number() != nil else { return nil }
        hasSeconds = true
      }
      skipSpace()
      if take(",") { continue }
      guard take("}") else { return nil }
      break
    }
    skipSpace()
    func value(_ field: Field) -> Double? { seen & 1 << field.rawValue == 0 ? nil : numbers[field.rawValue] }
    guard place == bytes.count, let kind, let time = value(.time), let step = value(.step), let loss = value(.loss)
    else { return nil }
    switch kind {
    case .validation: return (time, .validation(step: Int(step), loss: loss))
    case .train:
      let metric = Metric(
        step: Int(step), loss: loss, learningRate: value(.learningRate), gradNorm: value(.gradNorm),
        tokensPerSecond: value(.tokensPerSecond), stepsPerSecond: value(.stepsPerSecond),
        trainedTokens: value(.trainedTokens).map { Int($0) }, peakMemory: value(.peakMemory))
      return (time, .train(metric))
    }
  }

  // MARK: - Words

  private static func word(_ key: UnsafeRawBufferPointer) -> Word? {
    func word(_ text: StaticString, _ word: Word) -> Word? { isEqual(key, text) ? word : nil }
    switch key.count {
    case 4:
      return word("step", .field(.step)) ?? word("loss", .field(.loss)) ?? word("time", .field(.time))
    case 5: return word("event", .event)
    case 7: return word("seconds", .seconds)
    case 9: return word("grad_norm", .field(.gradNorm))
    case 13: return word("learning_rate", .field(.learningRate))
    case 14: return word("trained_tokens", .field(.trainedTokens)) ?? word("peak_memory_gb", .field(.peakMemory))
    case 16: return word("steps_per_second", .field(.stepsPerSecond))
    case 17: return word("tokens_per_second", .field(.tokensPerSecond))
    default: return nil
    }
  }

  private static func isEqual(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
    guard bytes.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<bytes.count where bytes[index] != word.utf8Start[index] { return false }
    return true
  }

  // MARK: - Tokens

  private mutating func skipSpace() {
    while place < bytes.count, bytes[place] == 32 || bytes[place] == 9 || bytes[place] == 13 { place += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func takeWord(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard place + length <= bytes.count,
      Self.isEqual(UnsafeRawBufferPointer(rebasing: bytes[place..<(place + length)]), word)
    else { return false }
    place += length
    return true
  }

  /// What stands between quotes: ASCII without escapes.
  private mutating func string() -> UnsafeRawBufferPointer? {
    guard take("\"") else { return nil }
    let start = place
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") {
        defer { place += 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<place])
      }
      guard byte >= 32, byte < 127, byte != UInt8(ascii: "\\") else { return nil }
      place += 1
    }
    return nil
  }

  /// A whole number of at most fifteen digits, which a `Double` holds exactly.
  private mutating func whole() -> Int? {
    let isNegative = take("-")
    let start = place
    var value = 0
    while place < bytes.count, let digit = digit(bytes[place]) {
      value = value * 10 + digit
      place += 1
      guard place - start <= 15 else { return nil }
    }
    guard place > start, bytes[start] != UInt8(ascii: "0") || place == start + 1, endsNumber() else { return nil }
    return isNegative ? -value : value
  }

  /// A number as JSON writes it, or one of Python's three words.
  private mutating func number() -> Double? {
    let start = place
    let isNegative = take("-")
    if takeWord("Infinity") { return endsNumber() ? (isNegative ? -.infinity : .infinity) : nil }
    if !isNegative, takeWord("NaN") { return endsNumber() ? .nan : nil }
    var digits: UInt64 = 0
    var significant = 0
    var exponent = 0
    var count = 0
    let first = place
    while place < bytes.count, let digit = digit(bytes[place]) {
      if digits > 0 || digit > 0 { significant += 1 }
      if significant <= 19 { digits = digits * 10 + UInt64(digit) }
      count += 1
      place += 1
    }
    guard count > 0, bytes[first] != UInt8(ascii: "0") || count == 1 else { return nil }
    if take(".") {
      count = 0
      while place < bytes.count, let digit = digit(bytes[place]) {
        if digits > 0 || digit > 0 { significant += 1 }
        if significant <= 19 { digits = digits * 10 + UInt64(digit) }
        exponent -= 1
        count += 1
        place += 1
      }
      guard count > 0 else { return nil }
    }
    if place < bytes.count, bytes[place] | 32 == UInt8(ascii: "e") {
      place += 1
      let sinks = take("-")
      if !sinks { _ = take("+") }
      var power = 0
      count = 0
      while place < bytes.count, let digit = digit(bytes[place]) {
        power = min(power * 10 + digit, 9_999)
        count += 1
        place += 1
      }
      guard count > 0 else { return nil }
      exponent += sinks ? -power : power
    }
    guard endsNumber() else { return nil }
    if significant <= 19, let value = Self.value(digits, exponent) { return isNegative ? -value : value }
    // What is longer is left to the library.
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    return Double(text).flatMap { $0.isFinite && ($0 != 0 || digits == 0) ? $0 : nil }
  }

  /// Whether something follows that may follow a number.
  private func endsNumber() -> Bool {
    guard place < bytes.count else { return false }
    switch bytes[place] {
    case UInt8(ascii: ","), UInt8(ascii: "}"), 32, 9, 13: return true
    default: return false
    }
  }

  private func digit(_ byte: UInt8) -> Int? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
  }

  /// `digits · 10^exponent`, rounded once; nil for what is too large or too small for the two quick ways.
  private static func value(_ digits: UInt64, _ exponent: Int) -> Double? {
    // Where both numbers are exact, the operation rounds once (Clinger 1990).
    if digits <= 1 << 53, abs(exponent) <= 22 {
      return exponent < 0 ? Double(digits) / powers[-exponent] : Double(digits) * powers[exponent]
    }
    guard digits > 0, exponent < 0, exponent >= -27 else { return nil }
    // Else as whole numbers: digits / 5^n, with 63 or 64 bits and what is left over, then 2^-n.
    var divisor: UInt64 = 1
    for _ in 0..<(-exponent) { divisor *= 5 }
    let (above, below) = (digits.leadingZeroBitCount, divisor.leadingZeroBitCount)
    let dividend = digits << UInt64(above)
    let (quotient, rest) = (divisor << UInt64(below)).dividingFullWidth((dividend >> 1, dividend << 63))
    let extra = UInt64(11 - quotient.leadingZeroBitCount)
    let (half, left) = (UInt64(1) << (extra - 1), quotient & (1 << extra - 1))
    var bits = quotient >> extra
    // To the nearest, and to the even one of two equally near.
    if left > half || left == half && (rest > 0 || bits & 1 == 1) { bits += 1 }
    return Double(sign: .plus, exponent: Int(extra) + below - above - 63 + exponent, significand: Double(bits))
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
}
