/// What has to be known beside a comparison to say how strong a claim from it is. Nil: not known.
package struct ClaimContext: Sendable, Hashable {
  /// Whether the cases were kept apart from developing and choosing.
  package var isHeldOut = false
  /// Whether the candidate was picked by its score on these same cases.
  package var isPickedHere = false
  /// Where the candidate stands to the target; nil without a target.
  package var target: Estimate.Target?
  /// Limits that are broken, such as `p95 latency`, in words.
  package var brokenLimits: [String] = []
  /// What the comparison of format compliance says; nil when not measured.
  package var format: EffectClass?
  /// What happened to general skills; nil when not measured.
  package var generalSkills: Forgetting.State?

  /// Nothing is known.
  package init() {}
}

/// How strong a claim is, with the conditions of a strong one that it doesn't meet.
package struct ClaimStrength: Sendable, Hashable {
  /// A condition of a strong claim.
  package enum Condition: String, Sendable, Hashable, CaseIterable {
    /// The whole interval reaches the margin (of a claim that nothing is lost: half of it).
    case margin
    /// The adjusted p-value is at most 0.01.
    case pValue = "p-value"
    /// There are at least 30 effective units.
    case units
    /// The cases were kept apart.
    case heldOut = "held-out"
    /// The target is not missed.
    case target
    /// No limit is broken.
    case limits
    /// The format is shown to be no worse.
    case format
    /// General skills are shown to be no worse.
    case generalSkills = "general-skills"
    /// At most 2 % of the pairs are missing.
    case missing

    /// Why it isn't met, as a clause.
    package var unmetWords: String {
      switch self {
      case .margin: "the interval doesn't lie wholly beyond the margin"
      case .pValue: "p is above 0.01"
      case .units: "fewer than 30 independent cases"
      case .heldOut: "not measured on held-out cases"
      case .target: "the target is missed"
      case .limits: "a limit is broken"
      case .format: "format compliance is not shown to be as good"
      case .generalSkills: "general skills are not shown to be kept"
      case .missing: "more than 2 % of the cases have no score"
      }
    }
  }

  /// How far the evidence carries.
  package var level: Advice.Confidence
  /// The conditions of a strong claim that are not met.
  package var unmet: [Condition]
}

extension PairedComparison {
  /// How strong the claim of ``effectClass`` is; nil where it claims nothing (unclear, too few).
  ///
  /// A gain is *strong* when every condition is met, *fair* when the estimate reaches the margin, *weak* below that or when
  /// the candidate was picked by its score on these cases. A loss is graded as the baseline's gain. "Not inferior" and
  /// "the same" are *strong* when every condition is met, with half the margin for the margin and without the p-value,
  /// else *fair*, or *weak* when picked here.
  package func strength(in context: ClaimContext) -> ClaimStrength? {
    switch effectClass {
    case .tooFew, .unclear, .notSuperior: return nil
    case .worse: return swapped.strength(in: context)
    case .better, .equivalent, .notInferior: break
    }
    let isGain = effectClass == .better
    var unmet: [ClaimStrength.Condition] = []
    let require = { (isMet: Bool, condition: ClaimStrength.Condition) in if !isMet { unmet.append(condition) } }
    require(isGain ? interval.low >= margin : interval.low > -margin / 2, .margin)
    if isGain { require(pValue <= 0.01, .pValue) }
    require(effectiveUnits >= 30 - 1e-9, .units)
    require(context.isHeldOut && !context.isPickedHere, .heldOut)
    require(context.target != .missed, .target)
    require(context.brokenLimits.isEmpty, .limits)
    require(context.format.map { [.better, .equivalent, .notInferior].contains($0) } ?? false, .format)
    require(context.generalSkills == .kept, .generalSkills)
    require(missing.share <= MissingPairs.mostForStrong && !missingCouldChange, .missing)
    let level: Advice.Confidence =
      context.isPickedHere || (isGain && difference < margin) ? .weak : unmet.isEmpty ? .strong : .fair
    return ClaimStrength(level: level, unmet: unmet)
  }
}
