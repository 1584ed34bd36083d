#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much of the chance of a false claim may be used up by the time a share of the cases is answered (Lan and DeMets,
/// Biometrika 70, 1983, 659–663).
///
/// What is spent rises from 0 to the whole with the share. It depends on nothing that was measured, so looks may come
/// at other times than planned as long as their times have nothing to do with the scores.
package enum SpendingFunction: Sendable, Hashable {
  /// Almost nothing early: 2·(2 − 2Φ(z₁₋α⁄₄ / √t)), which comes close to the bounds of O'Brien and Fleming (Biometrics
  /// 35, 1979, 549–556). Lan and DeMets' α₁ for each side.
  case obrienFleming
  /// Nearly the same level at every look: α ln(1 + (e − 1) t), which comes close to the bounds of Pocock (Biometrika 64,
  /// 1977, 191–199). Lan and DeMets' α₂.
  case pocock
  /// α tᵖ for a power p > 0 (Kim and DeMets, Biometrika 74, 1987, 149–154).
  case power(Double)
  /// α (1 − e^(−γt)) / (1 − e^(−γ)), where −4 is careful early and 1 is close to Pocock (Hwang, Shih and De Cani,
  /// Statistics in Medicine 9, 1990, 1439–1445). A γ of 0 spends evenly.
  case hwangShihDeCani(Double)

  /// What is spent of a two-sided `alpha` (half of it on each side) at a share of 0 to 1; all of it from 1 on.
  package func spent(of alpha: Double, at share: Double) -> Double {
    guard share > 0 else { return 0 }
    guard share < 1 else { return alpha }
    let spent =
      switch self {
      case .obrienFleming:
        2 * erfc(Distributions.normalQuantile(1 - alpha / 4) / share.squareRoot() / 2.0.squareRoot())
      case .pocock: alpha * log1p((exp(1) - 1) * share)
      case .power(let power): alpha * pow(share, max(0, power))
      case .hwangShihDeCani(let gamma):
        abs(gamma) < 1e-9 ? alpha * share : alpha * expm1(-gamma * share) / expm1(-gamma)
      }
    return min(alpha, max(0, spent))
  }
}
