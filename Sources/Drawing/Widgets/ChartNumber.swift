/// Round numbers for axes, and numbers as short text.
package enum ChartNumber {
  /// Round values that enclose `low...high`: multiples of 1, 2 or 5 times a power of ten, at most about `most`.
  static func ticks(_ low: Double, _ high: Double, most: Int) -> [Double] {
    guard low.isFinite, high.isFinite, high > low else { return [low] }
    let raw = (high - low) / Double(max(1, most - 1))
    let power = power10(Int(log10(raw).rounded(.down)))
    guard power > 0, power.isFinite else { return [low, high] }
    let step = ([1, 2, 5].first { $0 * power >= raw * 0.999 } ?? 10) * power
    // What is a hair's breadth beyond a round value, as 32-bit numbers are, needs no further one.
    let first = (low / step + 1e-5).rounded(.down)
    let last = (high / step - 1e-5).rounded(.up)
    guard last > first, last - first < 1000 else { return [low, high] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// Round values within `low...high` for a logarithmic axis: 1, 2 and 5 times powers of ten, or powers of ten alone if
  /// those are enough for `most`, or every so manieth of them.
  static func roundValues(_ low: Double, _ high: Double, most: Int) -> [Double] {
    guard low > 0, high >= low, high.isFinite else { return [] }
    let exponents = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    func values(_ factors: [Double], every step: Int) -> [Double] {
      stride(from: exponents.lowerBound, through: exponents.upperBound, by: step)
        .flatMap { exponent in factors.map { $0 * power10(exponent) } }
        .filter { $0 >= low && $0 <= high }
    }
    let fine = values([1, 2, 5], every: 1)
    if fine.count <= most { return fine.count < 2 ? [low, high] : fine }
    return values([1], every: max(1, (exponents.count + most - 1) / most))
  }

  /// Numbers with their texts: short ones, or with as many digits as it takes to tell them apart.
  static func labeled(_ values: [Double]) -> [(value: Double, text: String)] {
    var texts = values.map(text)
    var places = 0
    while Set(texts).count < texts.count, places <= 9, values.allSatisfy({ abs($0) * power10(places) < 9e15 }) {
      texts = values.map { ($0 < 0 ? "-" : "") + decimal(abs($0), places: places) }
      places += 1
    }
    return zip(values, texts).map { (value: $0, text: $1) }
  }

  /// A number in at most about six characters: `1234`, `12.5k`, `0.034`, `1e-5`.
  package static func text(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let size = abs(value)
    if size == 0 { return "0" }
    let sign = value < 0 ? "-" : ""
    if size < 0.001 || size >= 1e9 {
      var exponent = Int(log10(size).rounded(.down))
      var mantissa = size / power10(exponent)
      if mantissa >= 9.95 { (mantissa, exponent) = (1, exponent + 1) }
      return "\(sign)\(decimal(mantissa, places: 1))e\(exponent)"
    }
    if size >= 999_950 { return "\(sign)\(decimal(size / 1_000_000, places: 1))M" }
    if size >= 10_000 { return "\(sign)\(decimal(size / 1000, places: 1))k" }
    return sign + decimal(size, places: size < 0.1 ? 4 : size < 10 ? 3 : size < 100 ? 2 : 1)
  }

  /// Rounded to so many places, without zeros at the end.
  private static func decimal(_ value: Double, places: Int) -> String {
    let factor = power10(places)
    let scaled = Int((value * factor).rounded())
    let whole = scaled / Int(factor)
    var digits = String(scaled % Int(factor) + Int(factor)).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return digits.isEmpty ? "\(whole)" : "\(whole).\(digits)"
  }

  static func power10(_ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<abs(exponent) { result *= 10 }
    return exponent < 0 ? 1 / result : result
  }

  /// The logarithm to base ten, to about 12 digits: Drawing imports no mathematics library.
  static func log10(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return value == 0 ? -.infinity : value }
    // value = significand · 2^exponent; ln of a significand in 0.7…1.4 by the series of artanh.
    var mantissa = value.significand
    var exponent = Double(value.exponent)
    if mantissa > 1.414_213_562_373_095 {
      mantissa /= 2
      exponent += 1
    }
    let ratio = (mantissa - 1) / (mantissa + 1)
    var term = ratio
    var sum = 0.0
    for odd in stride(from: 1.0, through: 31, by: 2) {
      sum += term / odd
      term *= ratio * ratio
    }
    return (2 * sum + exponent * 0.693_147_180_559_945_3) * 0.434_294_481_903_251_8
  }
}
