import Evidence

/// Two variants on the same cases, with replies that are no answer counted in both ways: left out, and as wrong.
///
/// A claim that only one of the two ways supports is not made where more than ``mostNoAnswers`` of the replies are none:
/// which way is right is for a person to say (`count_as_wrong`).
public struct CautiousPairs: Sendable, Hashable {
  /// The share of replies that are no answer above which both ways have to agree.
  public static let mostNoAnswers = 0.02

  /// Cases that both have an answer to that was scored.
  public var leftOut: PairedOutcomes
  /// The same and those that one replied to with something that is no answer, which counts as wrong.
  public var asWrong: PairedOutcomes

  /// Counts pairs of outputs on the same case; what failed or couldn't be scored is left out of both.
  public init(_ pairs: some Sequence<(Output, Output)>) {
    var (answered, all): ([(Bool, Bool)], [(Bool, Bool)]) = ([], [])
    for (a, b) in pairs {
      if let a = a.passed, let b = b.passed { answered.append((a, b)) }
      if let a = a.passedOrNone, let b = b.passedOrNone { all.append((a, b)) }
    }
    leftOut = PairedOutcomes(answered)
    asWrong = PairedOutcomes(all)
  }

  /// Cases that are counted in one way only.
  public var noAnswers: Int { asWrong.count - leftOut.count }

  /// Whether the two ways support different claims, of so many replies that it matters.
  public var disagrees: Bool {
    Double(noAnswers) > Self.mostNoAnswers * Double(asWrong.count) && leftOut.claim != asWrong.claim
  }

  /// The outcomes that a claim may rest on: those with fewer claims where the two ways disagree; nil where they support
  /// opposite ones.
  public var claimable: PairedOutcomes? {
    guard disagrees else { return leftOut }
    if leftOut.claim == .none { return leftOut }
    return asWrong.claim == .none ? asWrong : nil
  }
}

extension PairedOutcomes {
  /// Which of the two is better, at the level of 5 %.
  enum Claim: Sendable, Hashable { case none, a, b }
  /// What the exact test supports.
  var claim: Claim {
    guard count > 0, pValue < 0.05 else { return .none }
    return difference > 0 ? .a : .b
  }
}

extension Output {
  /// Whether it passed; a reply that is no answer did not.
  var passedOrNone: Bool? { passed ?? (noAnswer == nil ? nil : false) }
}
