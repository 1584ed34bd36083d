extension NumberFormat {
  /// A loss with four digits that matter, in words where it is no number: `0.4123`, `12.35`, `3.2e-5`, `infinite`.
  package static func loss(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "not a number" : "infinite" }
    if value != 0, abs(value) < 0.001 || abs(value) >= 1e6 { return scientific(value) }
    return fixed(value, decimals: abs(value) >= 10 ? 2 : abs(value) >= 1 ? 3 : 4)
  }

  /// The same for a narrow column; `–` where it is unknown.
  package static func lossCell(_ value: Double?) -> String {
    guard let value else { return "–" }
    if value.isFinite { return loss(value) }
    return value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf"
  }

  /// A setting as people write it: `16`, `0.002`, `2e-5`.
  package static func plain(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if value == value.rounded(), abs(value) < 1e9 { return "\(Int(value))" }
    return abs(value) < 0.001 ? scientific(value) : "\(value)"
  }

  /// A learning rate under way, with two or three digits that matter: `0.00193`, `9.3e-4`.
  package static func learningRate(_ value: Double) -> String {
    abs(value) < 0.001 ? scientific(value) : fixed(value, decimals: abs(value) < 0.1 ? 5 : 3)
  }

  /// A number in powers of ten, one digit after the point where it isn't a zero: `2e-5`, `1.5e-4`.
  package static func scientific(_ value: Double) -> String {
    var size = abs(value)
    guard size > 0, size.isFinite else { return "0" }
    var exponent = 0
    while size < 1 { (size, exponent) = (size * 10, exponent - 1) }
    while size >= 10 { (size, exponent) = (size / 10, exponent + 1) }
    var tenths = Int((size * 10).rounded())
    if tenths == 100 { (tenths, exponent) = (10, exponent + 1) }
    let mantissa = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    return "\(value < 0 ? "-" : "")\(mantissa)e\(exponent)"
  }

  /// A large number in few letters: `912`, `86.4 K`, `3.1 M`.
  package static func size(_ number: Int) -> String {
    if abs(number) < 1_000 { return "\(number)" }
    if abs(number) < 1_000_000 { return fixed(Double(number) / 1e3, decimals: 1) + " K" }
    return abs(number) < 1_000_000_000
      ? fixed(Double(number) / 1e6, decimals: 1) + " M" : fixed(Double(number) / 1e9, decimals: 1) + " G"
  }
}
