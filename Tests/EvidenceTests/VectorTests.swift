import Foundation
import Testing

@testable import Evidence

@Suite struct VectorFileTests {
  /// Statistics of the file that are tested in this folder.
  private static let tested: Set<String> = [
    "breakEvenProbability", "casesNeeded", "casesNeededGraded", "clopperPearson95", "cochranQ", "decision",
    "gradedMean",
    "holm", "hwangShihDeCani", "judgeCorrected", "judgePaired", "judgeStratified", "kappa", "latencyLimit",
    "latencyRatio", "letters", "maxT", "mcnemarPower", "missingBounds", "pairedGraded", "pairedYesNo", "paraphraseSd",
    "plateau", "positionBias", "preference", "ruleOfThree", "tangoNonInferiority", "tornado", "unitEstimator",
    "wilson95",
  ]
  /// Those of comparing answers in production, which Assay doesn't do yet.
  private static let open: Set<String> = ["eGuard", "ePromote", "srm"]

  @Test func noStatisticIsForgotten() throws {
    #expect(Set(try StatisticsVector.all().keys) == Self.tested.union(Self.open))
  }
}

/// One variant and two variants against Fixtures/statistics-vectors.json.
@Suite struct EstimateVectorTests {
  @Test func wilson() throws {
    for vector in try StatisticsVector.of("wilson95") {
      let interval = Proportion(successes: try vector.count("successes"), of: try vector.count("n")).interval()
      #expect(vector.agrees([interval.low, interval.high], try vector.expectedNumbers()))
    }
  }

  @Test func clopperPearson() throws {
    for vector in try StatisticsVector.of("clopperPearson95") {
      let interval = Proportion(successes: try vector.count("successes"), of: try vector.count("n")).guaranteed()
      #expect(vector.agrees([interval.low, interval.high], try vector.expectedNumbers()))
    }
  }

  @Test func ruleOfThree() throws {
    for vector in try StatisticsVector.of("ruleOfThree") {
      #expect(vector.agrees(Proportion.ruleOfThree(try vector.number("n")), try vector.expected))
    }
  }

  @Test func unitEstimator() throws {
    for vector in try StatisticsVector.of("unitEstimator") {
      let units = Units(means: try vector.numbers("unitMeans"), weights: try vector.numbers("unitWeights"))
      let found = try #require(units.estimator)
      #expect(vector.agrees(found.mean, try vector.expected("mean")))
      #expect(vector.agrees(found.standardError, try vector.expected("se")))
      #expect(vector.agrees(found.degrees, try vector.expected("df")))
    }
  }

  @Test func gradedMean() throws {
    for vector in try StatisticsVector.of("gradedMean") {
      let units = Units(
        means: try vector.numbers("unitMeans"), weights: vector.input["unitWeights"] as? [Double],
        effectiveCases: vector.input["effectiveCases"] as? Double)
      let estimate = try #require(Estimate(units))
      let guarded = try #require(units.guarded(0, 1).estimator)
      #expect(vector.agrees(estimate.mean, try vector.expected("mean")))
      #expect(vector.agrees(estimate.interval.low, try vector.expected("low")))
      #expect(vector.agrees(estimate.interval.high, try vector.expected("high")))
      #expect(vector.agrees(guarded.degrees, try vector.expected("df")))
      #expect(vector.agrees(guarded.standardError, try vector.expected("se")))
      #expect(vector.agrees(estimate.units, try vector.expected("effectiveUnits")))
    }
  }
}

@Suite struct PairedVectorTests {
  @Test func yesNo() throws {
    for vector in try StatisticsVector.of("pairedYesNo") {
      let (a, b, n) = (try vector.count("onlyA"), try vector.count("onlyB"), try vector.count("n"))
      let outcomes = PairedOutcomes(both: n - a - b, onlyA: a, onlyB: b, neither: 0)
      let comparison = PairedComparison(outcomes)
      #expect(vector.agrees(comparison.difference, try vector.expected("difference")))
      #expect(vector.agrees(comparison.pValue, try vector.expected("p")))
      let tango = outcomes.scoreInterval(confidence: 0.95)
      #expect(vector.agrees([tango.low, tango.high], try vector.expectedNumbers("tango")))
      let shown = comparison.interval
      #expect(vector.agrees([shown.low, shown.high], try vector.expectedNumbers("shown")))
    }
  }

  @Test func nonInferiority() throws {
    for vector in try StatisticsVector.of("tangoNonInferiority") {
      let (a, b, n) = (try vector.count("onlyA"), try vector.count("onlyB"), try vector.count("n"))
      let outcomes = PairedOutcomes(both: n - a - b, onlyA: a, onlyB: b, neither: 0)
      let margin = try vector.number("margin")
      #expect(vector.agrees(outcomes.score(against: -margin), try vector.expected("z")))
      #expect(vector.agrees(outcomes.nonInferiorityPValue(margin: margin), try vector.expected("pOneSided")))
    }
  }

  @Test func graded() throws {
    for vector in try StatisticsVector.of("pairedGraded") {
      let units =
        if let differences = vector.input["differences"] as? [Double] {
          Units(differences)
        } else {
          Units(
            means: try vector.numbers("unitMeans"), weights: try vector.numbers("unitWeights"),
            effectiveCases: try vector.number("effectiveCases"))
        }
      let comparison = PairedComparison(
        sample: .units(units), wins: 0, losses: 0, missing: nil, notCompared: [], margin: 0.05, alpha: 0.05)
      #expect(vector.agrees(comparison.difference, try vector.expected("difference")))
      #expect(vector.agrees(units.signFlipPValue, try vector.expected("pSignFlip")))
      let interval = units.differenceInterval(confidence: 0.95)
      #expect(vector.agrees([interval.low, interval.high], try vector.expectedNumbers("interval")))
      guard vector.has("p") else { continue }
      let guarded = try #require(units.guardedDifferences)
      #expect(vector.agrees(units.differenceGuard, try vector.expected("guardR")))
      #expect(vector.agrees(guarded.mean, try vector.expected("guardedMean")))
      #expect(vector.agrees(guarded.standardError, try vector.expected("se")))
      #expect(vector.agrees(guarded.degrees, try vector.expected("df")))
      #expect(vector.agrees(units.intervalPValue, try vector.expected("pInterval")))
      #expect(vector.agrees(comparison.pValue, try vector.expected("p")))
      let shown = comparison.interval
      #expect(vector.agrees([shown.low, shown.high], try vector.expectedNumbers("shown")))
    }
  }

  @Test func missingBounds() throws {
    for vector in try StatisticsVector.of("missingBounds") {
      let (differences, weights) = (try vector.numbers("differences"), try vector.numbers("weights"))
      let missing = MissingPairs(
        differences: differences, weights: weights,
        missing: try vector.numbers("missingWeights").map { ($0, true, false) })
      #expect(vector.agrees(missing.bounds.low, try vector.expected("low")))
      #expect(vector.agrees(missing.bounds.high, try vector.expected("high")))
      #expect(vector.agrees(Units(differences, weights: weights).mean, try vector.expected("complete")))
    }
  }

  @Test func decision() throws {
    for vector in try StatisticsVector.of("decision") {
      let interval = Interval(try vector.number("low"), try vector.number("high"))
      let found = EffectClass(interval: interval, margin: try vector.number("margin"))
      #expect(found.rawValue == vector.expect as? String)
      let mirrored = EffectClass(interval: interval.negated, margin: try vector.number("margin"))
      #expect(mirrored == found.mirrored)
    }
  }
}

@Suite struct PowerVectorTests {
  @Test func mcNemarPower() throws {
    for vector in try StatisticsVector.of("mcnemarPower") {
      let power = Power(discordance: try vector.number("discordance"))
      let found = power.chance(ofDetecting: try vector.number("difference"), cases: try vector.count("n"))
      #expect(vector.agrees(found, try vector.expected))
    }
  }

  @Test func casesNeeded() throws {
    for vector in try StatisticsVector.of("casesNeeded") {
      let power = Power(discordance: try vector.number("discordance"), power: try vector.number("power"))
      #expect(power.cases(toDetect: try vector.number("difference")) == vector.expect as? Int)
    }
  }

  @Test func casesNeededGraded() throws {
    for vector in try StatisticsVector.of("casesNeededGraded") {
      let power = Power(
        deviation: try vector.number("sd"), designEffect: try vector.number("designEffect"),
        power: try vector.number("power"))
      #expect(power.cases(toDetect: try vector.number("difference")) == vector.expect as? Int)
    }
  }

  @Test func plateau() throws {
    for vector in try StatisticsVector.of("plateau") {
      let steps = try vector.rows("lastStepsVsChampion").map { row in
        let (wins, losses, cases) = (Int(row[0]), Int(row[1]), Int(row[2]))
        return PairedComparison(PairedOutcomes(both: cases - wins - losses, onlyA: wins, onlyB: losses, neither: 0))
      }
      let plateau = Plateau(steps: steps, window: 3, versions: 6, champion: 2, championScore: nil)
      #expect(vector.agrees(plateau.steps.map(\.interval.high), try vector.expectedNumbers("upper")))
      #expect(vector.agrees(plateau.gainPValues, try vector.expectedNumbers("bonferroni")))
      #expect("\(plateau.state)" == (try vector.expectedText("state")))
    }
  }
}

@Suite struct LatencyVectorTests {
  @Test func latencyRatio() throws {
    for vector in try StatisticsVector.of("latencyRatio") {
      let (a, b) = (try vector.numbers("a"), try vector.numbers("b"))
      let found = LatencyComparison(zip(a, b).map { (a: $0, b: $1) })
      #expect(vector.agrees(found.ratio, try vector.expected("ratio")))
      #expect(vector.agrees([found.interval.low, found.interval.high], try vector.expectedNumbers("interval")))
      let flips = SignFlipTest(zip(a, b).map { log($1 / $0) })
      #expect(vector.agrees(flips.pValue, try vector.expected("pSignFlip")))
    }
  }
}
