import NumberFormat

extension PairedComparison {
  /// What follows from the comparison, as the rest of a sentence about the candidate: `better by 11 points [3, 20]`.
  package var words: String {
    let range = "[\(NumberFormat.pointsNumber(interval.low)), \(NumberFormat.pointsNumber(interval.high))]"
    switch effectClass {
    case .tooFew: return tooFewWords
    case .equivalent: return "the same within \(NumberFormat.pointsSize(margin))\(smallDifferenceWords)"
    case .better:
      return "better by \(NumberFormat.pointsSize(difference)) \(range)"
        + (gainSize == .unclear ? "; size unclear: may be under \(NumberFormat.pointsSize(margin))" : "")
    case .worse:
      let loss = interval.negated
      return "worse by \(NumberFormat.pointsSize(-difference)) "
        + "[\(NumberFormat.pointsNumber(loss.low)), \(NumberFormat.pointsNumber(loss.high))]"
    case .notInferior:
      return "not worse by \(NumberFormat.pointsSize(margin)) or more; better not shown\(equivalenceWords)"
    case .notSuperior:
      return "not better by \(NumberFormat.pointsSize(margin)) or more; worse not shown\(equivalenceWords)"
    case .unclear:
      let more = moreCases.map { "; about \(NumberFormat.plural($0, "more case")) would tell" } ?? ""
      return "can't be told apart \(range)\(more)"
    }
  }

  private var tooFewWords: String {
    if missing.share > MissingPairs.most {
      return
        "\(NumberFormat.percent(missing.share)) of the cases have no score from both, which is too many to decide this"
    }
    let effective = effectiveWords.map { " (\($0))" } ?? ""
    return "\(NumberFormat.plural(count, "case")) can't decide this\(effective)"
  }

  private var smallDifferenceWords: String {
    guard !interval.contains(0) else { return "" }
    return "; a real difference of about \(NumberFormat.points(difference)), too small to matter"
  }

  private var equivalenceWords: String {
    moreCasesForEquivalence.map { "; about \(NumberFormat.plural($0, "more case")) could show them to be the same" }
      ?? ""
  }

  /// Lines that belong beside ``words``: effective numbers, missing pairs.
  package var notes: [String] {
    var lines: [String] = []
    if let effectiveWords, effectClass != .tooFew { lines.append(effectiveWords) }
    if missingCouldChange {
      lines.append("the \(NumberFormat.plural(missing.count, "case")) without a score from both could change this")
    }
    return lines
  }
}

extension NumberFormat {
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
