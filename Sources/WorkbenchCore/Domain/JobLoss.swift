import Foundation

/// Losses in words.
public enum JobLoss {
  /// A loss with four places; in powers of ten where it is too large for that, and in words where it is no number.
  public static func text(_ loss: Double) -> String {
    guard loss.isFinite else { return loss.isNaN ? "not a number" : "infinite" }
    return String(format: abs(loss) < 1e6 ? "%.4f" : "%.3e", loss)
  }
}
