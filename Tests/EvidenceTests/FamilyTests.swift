import Testing

@testable import Evidence

@Suite struct FamilyVectorTests {
  @Test func maxT() throws {
    for vector in try StatisticsVector.of("maxT") {
      let rows = try vector.rows("differences")
      let columns = rows[0].indices.map { column in rows.map { $0[column] } }
      let found = MaxT(columns)
      #expect(vector.agrees(found.statistics, try vector.expectedNumbers("statistics")))
      #expect(vector.agrees(found.raw, try vector.expectedNumbers("raw")))
      #expect(vector.agrees(found.adjusted, try vector.expectedNumbers("stepDown")))
    }
  }

  @Test func holm() throws {
    for vector in try StatisticsVector.of("holm") {
      #expect(vector.agrees(Holm.adjusted(try vector.numbers("p")), try vector.expectedNumbers()))
    }
  }

  @Test func letters() throws {
    for vector in try StatisticsVector.of("letters") {
      let order = try #require(vector.input["order"] as? String).split(separator: ">").map(String.init)
      let different = try #require(vector.input["different"] as? [String]).map { pair in
        let ends = pair.split(separator: "-").compactMap { order.firstIndex(of: String($0)) }
        return (ends[0], ends[1])
      }
      let found = Letters.letters(count: order.count, different: different)
      for (name, letters) in zip(order, found) { #expect(letters == (try vector.expectedText(name))) }
    }
  }

  @Test func hwangShihDeCani() throws {
    for vector in try StatisticsVector.of("hwangShihDeCani") {
      let (shares, alpha) = (try vector.numbers("shares"), try vector.number("alpha"))
      let spending = SpendingFunction.hwangShihDeCani(try vector.number("gamma"))
      let found = SequentialBoundary(shares: shares, spent: shares.map { spending.spent(of: alpha, at: $0) })
      #expect(vector.agrees(found.criticalValues, try vector.expectedNumbers("criticalValues")))
    }
  }
}

@Suite struct FamilyTests {
  /// Cases of which those in `right` pass.
  private func cases(_ right: Range<Int>, of count: Int = 100) -> [ScoredCase] {
    yesNoCases((0..<count).map { right.contains($0) })
  }

  @Test func drawsComeCloseToAllPatterns() {
    var random = Random(seed: 3)
    let totals = (0..<4).map { column in
      (0..<16).map { _ in random.share() < 0.5 ? 0 : random.share() - 0.3 * Double(column % 2) }
    }
    let exact = MaxT(totals).adjusted
    // A unit more that differs by hardly anything makes it draw.
    let drawn = MaxT(totals.map { $0 + [1e-6] }).adjusted
    for (one, other) in zip(exact, drawn) { #expect(isClose(one, other, 0.02)) }
    #expect(MaxT(totals).adjusted == exact)
    #expect(MaxT([]).adjusted.isEmpty && MaxT([[0, 0]]).adjusted == [1])
  }

  @Test func severalAgainstABaseline() {
    let baseline = cases(0..<60)
    let family = ComparisonFamily([
      (candidate: cases(0..<75), baseline: baseline), (candidate: cases(0..<61), baseline: baseline),
      (candidate: cases(1..<60), baseline: baseline),
    ])
    #expect(family.method == .maxT)
    #expect(family.comparisons[0].effectClass == .better && family.comparisons[0].pValue < 0.001)
    #expect(family.comparisons[1].pValue > 0.5 && family.comparisons[1].family == 3)
    for comparison in family.comparisons {
      #expect(comparison.pValue >= comparison.rawPValue)
      #expect((comparison.pValue <= 0.05) == !comparison.interval.contains(0))
    }
  }

  @Test func differentCaseSetsTakeHolm() {
    let family = ComparisonFamily([
      (candidate: cases(0..<75), baseline: cases(0..<60)),
      (candidate: cases(0..<40, of: 50), baseline: cases(0..<30, of: 50)),
    ])
    #expect(family.method == .holm)
    #expect(family.comparisons.map(\.pValue) == Holm.adjusted(family.comparisons.map(\.rawPValue)))
  }

  @Test func tunedBeatsEveryPrompt() {
    let prompts = [cases(0..<60), cases(0..<10), cases(5..<55)]
    let tuned = [cases(0..<80), cases(0..<62)]
    let table = tuned.map { tuned in prompts.map { PairedComparison(candidate: tuned, baseline: $0) } }
    let claims = BeatsAll.claims(table)
    // The hopeless prompt costs nothing; the best one is the hardest.
    #expect(claims.map(\.opponent) == [0, 0])
    let best = table[0][0].rawPValue
    #expect(isClose(claims[0].comparison.pValue, 2 * best) && claims[0].comparison.effectClass == .better)
    #expect(claims[1].comparison.pValue > 0.05)
    // Having tried ten tuned variants on these cases costs ten.
    #expect(isClose(BeatsAll.claims(table, tried: 10)[0].comparison.pValue, 10 * best))
    // A loss against one prompt is no win over all.
    let mixed = BeatsAll.claims([[table[0][0], PairedComparison(candidate: cases(0..<80), baseline: cases(0..<95))]])
    #expect(mixed[0].opponent == 1 && mixed[0].comparison.pValue == 1)
    #expect(BeatsAll.claims([[]]).isEmpty && BeatsAll.claims([]).isEmpty)
  }

  @Test func holmForMoreThanIsAtHand() {
    #expect(Holm.adjusted([0.01, 0.02], of: 5) == [0.05, 0.08])
    #expect(Holm.adjusted([0.01, 0.02], of: 1) == [0.02, 0.02])
  }

  @Test func leaderboard() {
    let board = Leaderboard([cases(0..<50), cases(0..<90), cases(0..<52), cases(0..<91)])
    #expect(board.order == [3, 1, 2, 0])
    #expect(board.letters == ["b", "a", "b", "a"])
    #expect(board.first == nil)
    #expect(board.pairs.count == 6)
    let clear = Leaderboard([cases(0..<50), cases(0..<90)])
    #expect(clear.first == 1 && clear.letters == ["b", "a"])
    #expect(Leaderboard([]).first == nil)
    #expect(Leaderboard([cases(0..<3)]).first == 0)
  }

  @Test func lettersShareIffNotDifferent() {
    var random = Random(seed: 5)
    for _ in 0..<200 {
      let count = 2 + Int(random.share() * 6)
      var different: [(Int, Int)] = []
      for one in 0..<count {
        for other in (one + 1)..<max(one + 1, count) where random.share() < 0.4 { different.append((one, other)) }
      }
      let letters = Letters.letters(count: count, different: different)
      for one in 0..<count {
        #expect(!letters[one].isEmpty)
        for other in 0..<count where other > one {
          let shares = letters[one].contains { letters[other].contains($0) }
          #expect(shares == !different.contains { $0 == (one, other) })
        }
      }
    }
  }

  @Test func choosingAmongEqualsGainsNothing() throws {
    var random = Random(seed: 9)
    let variants = (0..<8).map { _ in yesNoCases((0..<100).map { _ in random.share() < 0.6 }) }
    let baseline = yesNoCases((0..<100).map { _ in random.share() < 0.6 })
    let found = try #require(CrossSelection(candidates: variants, baselines: [baseline]))
    #expect(found.naiveGain > found.gain && found.optimism > 0)
    #expect(found == CrossSelection(candidates: variants, baselines: [baseline]))
    let one = try #require(CrossSelection(candidates: [cases(0..<80)], baselines: [cases(0..<60)]))
    #expect(isClose(one.naiveGain, 0.2) && isClose(one.gain, 0.2, 0.02) && one.cases == 100)
    #expect(CrossSelection(candidates: [], baselines: [baseline]) == nil)
    #expect(CrossSelection(candidates: [cases(0..<1, of: 1)], baselines: [cases(0..<1, of: 1)]) == nil)
  }

  @Test func heldOutKeepsUnitsWhole() {
    func entry(_ index: Int) -> ScoredCase {
      ScoredCase("\(index)", input: "input \(index)", group: index < 600 ? "group \(index / 3)" : nil, samples: [])
    }
    let all = (0..<1000).map(entry)
    let split = HeldOutSplit(all)
    for index in 0..<600 { #expect(split.isHeldOut[index] == split.isHeldOut[index / 3 * 3]) }
    #expect(abs(split.units - 180) < 45 && split.missingUnits == 0)
    // Names that differ in one digit are not neighbours.
    let tens = (0..<40).map { ten in (0..<10).count { split.isHeldOut[600 + ten * 10 + $0] } }
    #expect(tens.count { $0 == 0 || $0 == 10 } < 6)
    // More cases move none of the others.
    #expect(Array(HeldOutSplit(all + (1000..<1200).map(entry)).isHeldOut[..<1000]) == split.isHeldOut)
    #expect(HeldOutSplit(all, salt: "other").isHeldOut != split.isHeldOut)
    #expect(HeldOutSplit(Array(all.suffix(50))).missingUnits > 0)
    #expect(HeldOutSplit([]).missingUnits == 30)
    #expect(!HeldOutSplit(all, share: 0).isHeldOut.contains(true))
    #expect(!HeldOutSplit(all, share: 1).isHeldOut.contains(false))
  }

  @Test func looksAreRefused() {
    let plain = yesNoCases(Array(repeating: true, count: 40))
    #expect(GroupSequential.refusals(plain).isEmpty)
    #expect(GroupSequential.refusals(Array(plain.prefix(29))) == [.fewUnits(29)])
    #expect(GroupSequential.refusals(plain, isShuffled: false) == [.orderNotRandom])
    #expect(GroupSequential.refusals(plain, hasWholeRepeats: false) == [.incompleteRepeats])
    let grouped = (0..<100).map { ScoredCase("\($0)", group: $0 < 60 ? "all" : nil, samples: []) }
    #expect(
      GroupSequential.refusals(grouped).map(\.sentence) == [
        "Comparing until decided isn't possible, because groups and weights are so unequal that the cases count like 7 % "
          + "of their number. Run all cases instead.",
        "Comparing until decided isn't possible, because one group has 60 % of the weight. Run all cases instead.",
      ])
    let order = GroupSequential.order(of: grouped, salt: "1")
    #expect(order.count == 41 && order.contains(Array(0..<60)) && order.flatMap { $0 }.sorted() == Array(0..<100))
    #expect(order == GroupSequential.order(of: grouped, salt: "1"))
    #expect(order != GroupSequential.order(of: grouped, salt: "2"))
  }

  @Test func looksOfSeveralComparisonsShareTheLevel() {
    let plan = GroupSequential(cases: 100)
    let evidence = PairedComparison(PairedOutcomes(both: 82, onlyA: 14, onlyB: 4, neither: 0))
    #expect(plan.finding(evidence, look: 4).decision == .aIsBetter)
    let shared = plan.finding(evidence, look: 4, family: 2)
    #expect(shared.decision == .noDifferenceShown && isClose(shared.look.level, plan.looks[4].level / 2))
    #expect(shared.interval.contains(0))
  }
}
