extension PairedComparison {
  /// What follows from the comparison, as the rest of a sentence about the candidate: `better by 11 points [3, 20]`.
  public var words: String {
    let range = "[\(Wording.pointsNumber(interval.low)), \(Wording.pointsNumber(interval.high))]"
    switch effectClass {
    case .tooFew: return tooFewWords
    case .equivalent: return "the same within \(Wording.pointsSize(margin))\(smallDifferenceWords)"
    case .better:
      return "better by \(Wording.pointsSize(difference)) \(range)"
        + (gainSize == .unclear ? "; size unclear: may be under \(Wording.pointsSize(margin))" : "")
    case .worse:
      let loss = interval.negated
      return "worse by \(Wording.pointsSize(-difference)) "
        + "[\(Wording.pointsNumber(loss.low)), \(Wording.pointsNumber(loss.high))]"
    case .notInferior: return "not worse by \(Wording.pointsSize(margin)) or more; better not shown\(equivalenceWords)"
    case .notSuperior: return "not better by \(Wording.pointsSize(margin)) or more; worse not shown\(equivalenceWords)"
    case .unclear:
      let more = moreCases.map { "; about \(Wording.plural($0, "more case")) would tell" } ?? ""
      return "can't be told apart \(range)\(more)"
    }
  }

  private var tooFewWords: String {
    if missing.share > MissingPairs.most {
      return "\(Wording.percent(missing.share)) of the cases have no score, which is too many to decide this"
    }
    let effective = effectiveWords.map { " (\($0))" } ?? ""
    return "\(Wording.plural(count, "case")) can't decide this\(effective)"
  }

  private var smallDifferenceWords: String {
    guard !interval.contains(0) else { return "" }
    return "; a real difference of about \(Wording.points(difference)), too small to matter"
  }

  private var equivalenceWords: String {
    moreCasesForEquivalence.map { "; about \(Wording.plural($0, "more case")) could show them to be the same" } ?? ""
  }

  /// Lines that belong beside ``words``: effective numbers, missing pairs.
  public var notes: [String] {
    var lines: [String] = []
    if let effectiveWords, effectClass != .tooFew { lines.append(effectiveWords) }
    if missingCouldChange {
      lines.append("the \(Wording.plural(missing.count, "unscored case")) could change this")
    }
    return lines
  }
}

extension Wording {
  /// The size of a difference in percentage points, without a sign: `11 points`, `0.4 points`, `1 point`.
  static func pointsSize(_ difference: Double) -> String {
    let number = pointsNumber(abs(difference))
    if number == "0", difference != 0 { return "less than 0.1 points" }
    return number + (number == "1" ? " point" : " points")
  }

  /// A difference in percentage points as a plain number: `3`, `-0.4`.
  static func pointsNumber(_ difference: Double) -> String {
    let points = difference * 100
    return trimmed(points, decimals: abs(points) < 1 ? 1 : 0)
  }
}
