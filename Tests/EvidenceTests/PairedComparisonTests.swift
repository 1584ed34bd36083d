import Testing

@testable import Evidence

/// Graded cases with one answer each.
private func graded(_ scores: [Double], _ change: (Int, Double) -> ScoredCase? = { _, _ in nil }) -> [ScoredCase] {
  scores.enumerated().map { index, score in
    change(index, score) ?? ScoredCase("\(index)", samples: [.scored(score, passed: score >= 0.5)])
  }
}

private func sampled(_ id: Int, _ scores: [Double?], group: String? = nil, weight: Double = 1) -> ScoredCase {
  ScoredCase(
    "\(id)", group: group, weight: weight,
    samples: scores.map { $0.map { .scored($0, passed: $0 >= 0.5) } ?? .unscored("timeout") })
}

@Suite struct ScoredCaseTests {
  @Test func scores() {
    #expect(sampled(1, [1, 0, nil, 0.5]).value() == 0.5)
    #expect(sampled(1, [1, 0, nil, 0.5]).value(.passRate) == 2.0 / 3)
    #expect(sampled(1, [nil]).value() == nil)
    #expect(sampled(1, [nil, nil]).isScored == false)
    #expect(ScoredCase("a", samples: []).samples == [.unscored("not asked")])
    #expect(ScoredCase("a", samples: [.scored(.nan, passed: false)]).value() == nil)
    #expect(ScoredCase("a", samples: [.scored(7, passed: true)]).value() == 1)
    #expect(ScoredCase("a", weight: .infinity, samples: []).weight == 1)
    #expect(ScoredCase("a", weight: -2, samples: []).weight == 1)
    #expect(sampled(1, [1, 0]).isFlaky && !sampled(1, [1, nil, 0.6]).isFlaky)
  }

  @Test func unitsAreWhatIsConnected() {
    func entry(_ id: String, _ input: String, _ group: String?) -> ScoredCase {
      ScoredCase(id, input: input, group: group, samples: [])
    }
    let cases = [
      entry("a", "1", nil), entry("b", "2", "x"), entry("c", "3", "x"), entry("d", "3", "y"), entry("e", "4", "y"),
      entry("f", "1", nil), entry("g", "x", nil), entry("h", "5", "1"),
    ]
    let units = ScoredCase.units(of: cases)
    // b and c share a group, c and d an input, d and e a group; a and f are one question. The group "x" is no input.
    #expect(units == [0, 1, 1, 1, 1, 0, 6, 7])
  }
}

@Suite struct VariantScoresTests {
  @Test func methods() throws {
    let plain = VariantScores(yesNoCases((0..<50).map { $0 < 47 }))
    #expect(plain.estimate == Proportion(successes: 47, of: 50).estimate)
    let repeated = VariantScores((0..<50).map { sampled($0, [1, $0 < 47 ? 1 : 0]) })
    #expect(repeated.estimate?.method == .unitT)
    let weighted = VariantScores((0..<50).map { sampled($0, [$0 < 47 ? 1 : 0], weight: $0 < 5 ? 10 : 1) })
    #expect(weighted.estimate?.method == .unitT)
    #expect(try #require(weighted.estimate?.units) < 20)
    let grouped = VariantScores((0..<50).map { sampled($0, [$0 < 47 ? 1 : 0], group: "\($0 / 5)") })
    #expect(grouped.estimate?.method == .unitT && isClose(grouped.estimate?.units, 10))
    #expect(VariantScores([]).estimate == nil && VariantScores([sampled(1, [nil])]).estimate == nil)
    #expect(VariantScores([sampled(1, [nil]), sampled(2, [1])]).unscoredShare == 0.5)
    // What failed is not 0.
    #expect(VariantScores([sampled(1, [nil]), sampled(2, [1])]).estimate?.mean == 1)
  }

  @Test func everythingRightIsBoundedByUnits() throws {
    let grouped = try #require(VariantScores((0..<60).map { sampled($0, [1], group: "\($0 / 3)") }).estimate)
    #expect(grouped.mean == 1 && isClose(grouped.units, 20))
    #expect(isClose(grouped.rareShare, Proportion.ruleOfThree(20)))
  }

  @Test func withinShare() throws {
    // Every case is a coin: all of the noise is from asking again.
    let coins = VariantScores((0..<40).map { sampled($0, $0 % 2 == 0 ? [1, 0, 1, 0] : [0, 1, 1, 0]) })
    #expect(coins.withinShare == nil || coins.withinShare == 1)
    let mixed = VariantScores((0..<40).map { sampled($0, $0 % 4 == 0 ? [1, 0] : $0 % 4 == 1 ? [0, 0] : [1, 1]) })
    // mean(s²/k) = (¼·½)/2 = 1/16; the cases' means 0.5, 0, 1, 1 have the variance (0.6875·40/39 − …) below.
    let means = RunningSummary((0..<40).map { [0.5, 0, 1, 1][$0 % 4] })
    #expect(isClose(mixed.withinShare, 0.0625 / (try #require(means.variance))))
    #expect(mixed.flaky.count == 10)
    #expect(VariantScores(yesNoCases([true, false])).withinShare == nil)
  }

  @Test func designEffect() throws {
    // Copies of one answer: 20 groups of ten count like 20 cases.
    let copies = VariantScores((0..<200).map { sampled($0, [$0 / 10 % 2 == 0 ? 1 : 0], group: "\($0 / 10)") })
    #expect(isClose(copies.units.designEffect, 199.0 / 19, 1e-9))
    #expect(copies.effectiveWords == "200 cases in 20 groups count like 19")
    #expect(VariantScores(yesNoCases([true, false])).effectiveWords == nil)
  }
}

@Suite struct PairedComparisonTests {
  @Test func oneOutcomeACaseIsMcNemars() {
    let a = yesNoCases((0..<100).map { $0 < 85 })
    let b = yesNoCases((0..<100).map { $0 >= 15 && $0 < 89 })
    let found = PairedComparison(candidate: a, baseline: b)
    #expect(found.sample == .outcomes(PairedOutcomes(both: 70, onlyA: 15, onlyB: 4, neither: 11)))
    #expect(found.effectClass == .better && found.gainSize == .worthwhile)
    #expect(found.words == "better by 11 points [3, 20]")
    #expect(found.swapped.words == "worse by 11 points [3, 20]")
    #expect((found.wins, found.losses) == (15, 4))
    #expect(found.test == "exact McNemar")
  }

  @Test func whatMakesItUnits() {
    func test(_ change: (Int, Double) -> ScoredCase?) -> String {
      let scores = (0..<40).map { $0 % 2 == 0 ? 1.0 : 0 }
      return PairedComparison(candidate: graded(scores, change), baseline: graded(scores)).test
    }
    #expect(test { _, _ in nil } == "exact McNemar")
    #expect(test { index, score in index == 3 ? sampled(3, [0.5]) : nil } == "sign-flip test")
    #expect(test { index, score in index == 3 ? sampled(3, [score, score]) : nil } == "sign-flip test")
    #expect(test { index, score in index < 2 ? sampled(index, [score], group: "g") : nil } == "sign-flip test")
    #expect(test { index, score in index == 3 ? sampled(3, [score], weight: 2) : nil } == "sign-flip test")
    // One sample that failed leaves one outcome.
    #expect(test { index, score in index == 3 ? sampled(3, [score, nil]) : nil } == "exact McNemar")
  }

  @Test func onlyEqualCasesAreCompared() {
    func entry(_ id: String, input: String, expected: String, _ right: Bool) -> ScoredCase {
      ScoredCase(id, input: input, expected: expected, samples: [.scored(right ? 1 : 0, passed: right)])
    }
    let found = PairedComparison(
      candidate: [
        entry("same", input: "1", expected: "x", true), entry("edited", input: "2", expected: "x", true),
        entry("relabelled", input: "3", expected: "x", true), entry("new", input: "4", expected: "x", true),
      ],
      baseline: [
        entry("same", input: "1", expected: "x", false), entry("edited", input: "2b", expected: "x", false),
        entry("relabelled", input: "3", expected: "y", false), entry("old", input: "5", expected: "x", false),
      ])
    #expect(found.count == 1 && found.difference == 1)
    #expect(found.notCompared == ["edited", "relabelled", "new", "old"])
    #expect(found.missing.count == 0)
  }

  @Test func gradedScoresKeepTheirSize() {
    // A falls by little on many cases and gains nothing: as pass or fail the two are equal.
    let found = PairedComparison(
      candidate: graded((0..<60).map { 0.6 + Double($0 % 3) / 10 }),
      baseline: graded((0..<60).map { 0.7 + Double($0 % 3) / 10 }))
    #expect(found.effectClass == .worse)
    let passes = PairedComparison(
      candidate: graded((0..<60).map { 0.6 + Double($0 % 3) / 10 }),
      baseline: graded((0..<60).map { 0.7 + Double($0 % 3) / 10 }), measure: .passRate)
    #expect(passes.difference == 0 && passes.test == "exact McNemar")
  }

  @Test func repeatsAreNoCases() {
    // Six cases asked ten times are six cases.
    let wins = (0..<6).map { sampled($0, Array(repeating: 1, count: 10)) }
    let losses = (0..<6).map { sampled($0, Array(repeating: 0, count: 10)) }
    let found = PairedComparison(candidate: wins, baseline: losses)
    #expect(found.count == 6 && found.effectClass == .tooFew)
    #expect(found.words == "6 cases can't decide this")
    #expect(found.pValue >= 0.03125)
  }

  @Test func groupsAreOnePieceOfEvidence() {
    let wins = (0..<200).map { sampled($0, [1], group: "\($0 % 8)") }
    let losses = (0..<200).map { sampled($0, [0], group: "\($0 % 8)") }
    let found = PairedComparison(candidate: wins, baseline: losses)
    #expect(isClose(found.effectiveUnits, 8) && found.effectClass == .tooFew)
    // Copies of one question, without a group.
    let copies = { (score: Double) in
      (0..<100).map {
        ScoredCase("\($0)", input: "\($0 % 9)", samples: [.scored(score, passed: score == 1)])
      }
    }
    #expect(PairedComparison(candidate: copies(1), baseline: copies(0)).effectClass == .tooFew)
  }

  @Test func intervalAndPValueNeverDisagree() {
    for n in [12, 25, 60] {
      for a in 0...n {
        for b in 0...(n - a) {
          let found = PairedComparison(PairedOutcomes(both: n - a - b, onlyA: a, onlyB: b, neither: 0))
          #expect((found.pValue <= 0.05) == !found.interval.contains(0))
          #expect(found.interval.contains(found.difference))
        }
      }
    }
    var random = Random(seed: 7)
    for _ in 0..<300 {
      let lean = random.share()
      let differences = (0..<30).map { _ in random.share() < 0.4 ? 0 : (random.share() - lean) / 2 }
      let found = PairedComparison(differences: differences)
      #expect((found.pValue <= 0.05) == !found.interval.contains(0))
    }
  }

  @Test func adjustedIntervalsAgreeWithAdjustedPValues() {
    let found = PairedComparison(PairedOutcomes(both: 80, onlyA: 15, onlyB: 4, neither: 1))
    let many = found.adjusted(pValue: 0.2, family: 10)
    #expect(many.interval.low < 0 && many.effectClass == .notInferior)
    #expect(many.interval.width > found.interval.width)
    let narrow = found.adjusted(pValue: 0.04, family: 10)
    #expect(narrow.interval.low > 0 && narrow.interval.low < 1e-9 && narrow.effectClass == .better)
    #expect(narrow.swapped.interval.high < 0 && narrow.swapped.effectClass == .worse)
    #expect(found.adjusted(pValue: 0, family: 0).pValue == found.rawPValue)
  }

  @Test func fortyCasesAreNeverEquivalent() {
    for n in 10...72 {
      #expect(PairedComparison(PairedOutcomes(both: n, onlyA: 0, onlyB: 0, neither: 0)).effectClass != .equivalent)
    }
    #expect(PairedComparison(PairedOutcomes(both: 73, onlyA: 0, onlyB: 0, neither: 0)).effectClass == .equivalent)
  }

  @Test func words() {
    func words(_ b: Int, _ c: Int, _ n: Int) -> String {
      PairedComparison(PairedOutcomes(both: n - b - c, onlyA: b, onlyB: c, neither: 0)).words
    }
    #expect(words(80, 30, 5000) == "the same within 5 points; a real difference of about +1 point, too small to matter")
    #expect(words(0, 0, 100) == "the same within 5 points")
    #expect(words(6, 0, 6) == "6 cases can't decide this")
    #expect(words(0, 0, 0) == "0 cases can't decide this")
    #expect(words(12, 10, 100) == "can't be told apart [-8, 12]; about 640 more cases would tell")
    #expect(
      words(5, 0, 100) == "not worse by 5 points or more; better not shown; about 150 more cases could show them to be "
        + "the same")
    #expect(words(10, 1, 300) == "better by 3 points [1, 6]; size unclear: may be under 5 points")
  }

  @Test func missingPairs() {
    let all = yesNoCases(Array(repeating: true, count: 100))
    func without(_ count: Int) -> [ScoredCase] {
      all.enumerated().map { index, entry in
        index < count ? ScoredCase(entry.id, samples: [.unscored("timeout")]) : entry
      }
    }
    let none = PairedComparison(candidate: all, baseline: all)
    #expect(!none.missingCouldChange && none.missing.bounds == Interval(0, 0))
    let one = PairedComparison(candidate: without(1), baseline: all)
    #expect(one.effectClass == .equivalent && one.count == 99 && isClose(one.missing.candidateShare, 0.01))
    #expect(isClose(one.missing.bounds.low, -0.01) && isClose(one.missing.bounds.high, 0.01))
    #expect(!one.missingCouldChange)
    let four = PairedComparison(candidate: without(4), baseline: all)
    #expect(four.missingCouldChange && four.notes == ["the 4 cases without a score from both could change this"])
    // Six against none is a difference in itself: exact McNemar p = 0.03.
    let six = PairedComparison(candidate: without(6), baseline: all)
    #expect(isClose(six.missing.pValue, 0.03125) && six.missingCouldChange)
    let many = PairedComparison(candidate: all, baseline: without(11))
    #expect(many.effectClass == .tooFew && many.missing.baselineShare == 0.11 && many.missing.candidateShare == 0)
    #expect(many.words == "11 % of the cases have no score from both, which is too many to decide this")
  }
}

@Suite struct ClaimStrengthTests {
  private var context: ClaimContext {
    var context = ClaimContext()
    context.isHeldOut = true
    context.format = .equivalent
    context.generalSkills = .kept
    context.target = .open
    return context
  }

  private func compare(_ b: Int, _ c: Int, _ n: Int) -> PairedComparison {
    PairedComparison(PairedOutcomes(both: n - b - c, onlyA: b, onlyB: c, neither: 0))
  }

  @Test func strongNeedsEverything() {
    let clear = compare(25, 2, 100)
    #expect(clear.gainSize == .surelyWorthwhile)
    #expect(clear.strength(in: context) == ClaimStrength(level: .strong, unmet: []))
    let changes: [(ClaimStrength.Condition, (inout ClaimContext) -> Void)] = [
      (.heldOut, { $0.isHeldOut = false }), (.target, { $0.target = .missed }),
      (.limits, { $0.brokenLimits = ["p95 latency"] }), (.format, { $0.format = .worse }),
      (.format, { $0.format = .unclear }), (.format, { $0.format = nil }),
      (.generalSkills, { $0.generalSkills = .lost }), (.generalSkills, { $0.generalSkills = nil }),
    ]
    for (condition, change) in changes {
      var context = context
      change(&context)
      #expect(clear.strength(in: context) == ClaimStrength(level: .fair, unmet: [condition]))
    }
    var picked = context
    picked.isPickedHere = true
    #expect(clear.strength(in: picked)?.level == .weak)
    #expect(clear.swapped.strength(in: context)?.level == .strong)
  }

  @Test func examples() {
    #expect(compare(6, 0, 6).strength(in: context) == nil)
    #expect(compare(6, 0, 50).strength(in: context)?.level == .fair)
    #expect(compare(15, 4, 100).strength(in: context) == ClaimStrength(level: .fair, unmet: [.margin, .pValue]))
    #expect(compare(10, 1, 300).strength(in: context)?.level == .weak)
    #expect(compare(12, 10, 100).strength(in: context) == nil)
    let adjusted = compare(25, 2, 100).adjusted(pValue: 0.02, family: 3)
    #expect(adjusted.strength(in: context)?.unmet.contains(.pValue) == true)
  }

  @Test func nothingLost() {
    #expect(compare(0, 0, 200).strength(in: context) == ClaimStrength(level: .strong, unmet: []))
    #expect(compare(0, 0, 100).strength(in: context) == ClaimStrength(level: .fair, unmet: [.margin]))
    #expect(compare(5, 0, 100).effectClass == .notInferior)
    #expect(compare(5, 0, 100).strength(in: context)?.level == .strong)
  }

  @Test func fewUnits() {
    #expect(compare(18, 0, 20).strength(in: context)?.unmet == [.units])
  }
}
