/// What a paired comparison of two variants can see.
///
/// The large-sample formula for McNemar's test (Connor, Biometrics 43, 1987): with a share ψ of cases on which the two
/// differ and a true difference δ, n = (z₁₋α⁄₂ √ψ + z₁₋β √(ψ − δ²))² / δ².
public struct Power: Sendable, Hashable {
  /// The share of cases on which the variants differ, 0 to 1.
  public var discordance: Double
  /// The chance of finding a difference that is there, 0 to 1.
  public var power: Double
  /// The two-sided chance of finding one that isn't, 0 to 1.
  public var significance: Double

  /// The conditions; unless told 20 % of cases differ, 80 % power, 5 % significance.
  public init(discordance: Double = 0.2, power: Double = 0.8, significance: Double = 0.05) {
    self.discordance = min(1, max(0, discordance))
    self.power = power
    self.significance = significance
  }

  /// The cases needed to find a true difference (0 to 1; the sign doesn't matter).
  ///
  /// Nil for no difference, which no number of cases can show. A difference above ``discordance`` is taken as equal to
  /// it, since the cases that differ are all there is to win.
  public func cases(toDetect difference: Double) -> Int? {
    let difference = min(abs(difference), discordance)
    guard difference > 0, discordance > 0 else { return nil }
    let needed = exactCases(difference)
    return needed < 1e15 ? Int(needed.rounded(.up)) : nil
  }

  /// The smallest true difference (0 to 1) that `count` cases find; nil when they would miss even the largest one that
  /// ``discordance`` allows.
  public func detectableDifference(cases count: Int) -> Double? {
    guard count > 0, discordance > 0, exactCases(discordance) <= Double(count) else { return nil }
    var low = 0.0
    var high = discordance
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if exactCases(middle) <= Double(count) { high = middle } else { low = middle }
    }
    return high
  }

  private func exactCases(_ difference: Double) -> Double {
    let alpha = Distributions.normalQuantile(1 - significance / 2)
    let beta = Distributions.normalQuantile(power)
    let root = alpha * discordance.squareRoot() + beta * (discordance - difference * difference).squareRoot()
    return root * root / (difference * difference)
  }
}
