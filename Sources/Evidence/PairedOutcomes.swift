/// Two variants on the same cases, each right or wrong on each.
public struct PairedOutcomes: Sendable, Hashable {
  /// Cases that both got right.
  public var both: Int
  /// Cases that only the first, A, got right.
  public var onlyA: Int
  /// Cases that only the second, B, got right.
  public var onlyB: Int
  /// Cases that both got wrong.
  public var neither: Int

  /// Counts made elsewhere; negative ones count as 0.
  public init(both: Int, onlyA: Int, onlyB: Int, neither: Int) {
    self.both = max(0, both)
    self.onlyA = max(0, onlyA)
    self.onlyB = max(0, onlyB)
    self.neither = max(0, neither)
  }

  /// Counts pairs of A's and B's outcome on the same case.
  public init(_ pairs: some Sequence<(Bool, Bool)>) {
    self.init(both: 0, onlyA: 0, onlyB: 0, neither: 0)
    for pair in pairs {
      switch pair {
      case (true, true): both += 1
      case (true, false): onlyA += 1
      case (false, true): onlyB += 1
      case (false, false): neither += 1
      }
    }
  }

  /// All cases.
  public var count: Int { both + onlyA + onlyB + neither }

  /// The cases on which the two differ.
  public var discordant: Int { onlyA + onlyB }

  /// How often A is right.
  public var a: Proportion { Proportion(successes: both + onlyA, of: count) }

  /// How often B is right.
  public var b: Proportion { Proportion(successes: both + onlyB, of: count) }

  /// The same with A and B exchanged.
  public var swapped: PairedOutcomes { PairedOutcomes(both: both, onlyA: onlyB, onlyB: onlyA, neither: neither) }

  /// The rate of A minus the rate of B, −1 to 1; 0 without cases.
  public var difference: Double { count == 0 ? 0 : Double(onlyA - onlyB) / Double(count) }

  /// The interval for ``difference``, −1 to 1 without cases.
  ///
  /// Newcombe's method 10 (Statistics in Medicine 17, 1998, 2635–2650): Wilson's intervals of both rates joined by
  /// square-and-add, with a continuity-corrected φ for the pairing. It keeps its width when one side loses nothing.
  /// - Parameter confidence: between 0 and 1; 0.95 unless told.
  public func interval(confidence: Double = 0.95) -> Interval {
    guard let rateA = a.rate, let rateB = b.rate else { return Interval(-1, 1) }
    let wilsonA = a.interval(confidence: confidence)
    let wilsonB = b.interval(confidence: confidence)
    let (belowA, aboveA) = (rateA - wilsonA.low, wilsonA.high - rateA)
    let (belowB, aboveB) = (rateB - wilsonB.low, wilsonB.high - rateB)
    let joined = { (x: Double, y: Double) in max(0, x * x - 2 * phi * x * y + y * y).squareRoot() }
    return Interval(max(-1, difference - joined(belowA, aboveB)), min(1, difference + joined(aboveA, belowB)))
  }

  private var phi: Double {
    let (e, f, g, h) = (Double(both), Double(onlyA), Double(onlyB), Double(neither))
    let margins = (e + f) * (g + h) * (e + g) * (f + h)
    guard margins > 0 else { return 0 }
    let product = e * h - f * g
    let corrected = product > 0 ? max(0, product - Double(count) / 2) : product
    return corrected / margins.squareRoot()
  }

  /// The two-sided p-value of McNemar's exact test: how often fair coins would split the discordant cases at least as
  /// unevenly. 1 without discordant cases.
  public var pValue: Double {
    guard onlyA != onlyB else { return 1 }
    return min(1, 2 * (0...min(onlyA, onlyB)).reduce(0) { $0 + Distributions.fairBinomial($1, of: discordant) })
  }
}
