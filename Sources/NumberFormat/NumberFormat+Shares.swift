extension NumberFormat {
  /// A share as whole percent: `94 %`. A share below 1 that would round to 100, or above 0 to 0, gets a decimal.
  package static func percent(_ share: Double) -> String { percentNumber(share) + " %" }

  /// A share with its interval: `94 % [88, 97]`.
  package static func percent(_ share: Double, _ low: Double, _ high: Double) -> String {
    "\(percent(share)) [\(percentNumber(low)), \(percentNumber(high))]"
  }

  /// An interval of shares in whole percent, for a narrow column: `[88, 97]`.
  package static func range(_ low: Double, _ high: Double) -> String {
    func whole(_ share: Double) -> String { share.isFinite ? fixed(share * 100, decimals: 0) : "–" }
    return "[\(whole(low)), \(whole(high))]"
  }

  /// A difference of shares in percentage points, with its sign: `+23 points`.
  package static func points(_ difference: Double) -> String {
    let text = signedPoints(difference)
    return text + (text == "+1" || text == "-1" ? " point" : " points")
  }

  /// A difference with its interval: `+23 points [+14, +33]`.
  package static func points(_ difference: Double, _ low: Double, _ high: Double) -> String {
    "\(points(difference)) [\(signedPoints(low)), \(signedPoints(high))]"
  }

  /// The number of percentage points alone, with its sign: `+23`, `-0.4`, `0`.
  package static func signedPoints(_ difference: Double) -> String {
    let value = difference * 100
    let text = trimmed(abs(value), decimals: abs(value) < 1 ? 1 : 0)
    return text == "0" ? "0" : (value < 0 ? "-" : "+") + text
  }

  /// A probability that was worked out from draws, in whole percent, never 0 or 100: `46 %`, `≤ 1 %`, `≥ 99 %`.
  package static func chance(_ probability: Double) -> String {
    guard probability.isFinite else { return "– %" }
    let percent = Int((probability * 100).rounded())
    return percent <= 1 ? "≤ 1 %" : percent >= 99 ? "≥ 99 %" : "\(percent) %"
  }

  /// A p-value: `p < 0.001`, `p = 0.03`, `p = 1`.
  package static func pValue(_ p: Double) -> String {
    if p < 0.001 { return "p < 0.001" }
    return "p = " + (p < 0.1 ? significant(p, digits: p < 0.01 ? 1 : 2) : trimmed(p, decimals: 2))
  }

  private static func percentNumber(_ share: Double) -> String {
    let value = share * 100
    guard value.isFinite, abs(value) < 1e15 else { return "–" }
    let rounded = value.rounded()
    return (rounded == 100 && share < 1) || (rounded == 0 && share > 0)
      ? fixed(min(99.9, max(0.1, value)), decimals: 1) : String(Int(rounded))
  }
}
