import Testing

@testable import Evidence

@Suite struct MoneyVectorTests {
  @Test func breakEvenProbability() throws {
    for vector in try StatisticsVector.of("breakEvenProbability") {
      var inputs = CostForecast.Inputs.nothingElse
      inputs.volume = UncertainNumber(low: try vector.number("volumeLow"), high: try vector.number("volumeHigh"))
      inputs.saving = try vector.number("savingPerQuery")
      inputs.training = .exact(try vector.number("investment"))
      inputs.hosting = .exact(try vector.number("hostingPerMonth"))
      let forecast = try #require(CostForecast(inputs))
      // Closed form; a Latin hypercube comes closer than plain draws.
      #expect(isClose(forecast.probabilities[try vector.count("months")], try vector.expected, 0.002))
    }
  }

  @Test func tornado() throws {
    for vector in try StatisticsVector.of("tornado") {
      let (volume, hours) = (try vector.numbers("volume"), try vector.numbers("hours"))
      var inputs = CostForecast.Inputs.nothingElse
      inputs.volume = UncertainNumber(low: volume[0], high: volume[1])
      inputs.hours = UncertainNumber(low: hours[0], high: hours[1])
      inputs.rate = .exact(try vector.number("rate"))
      inputs.training = .exact(try vector.number("training"))
      inputs.saving = try vector.number("saving")
      #expect(try vector.count("months") == 12)
      let forecast = try #require(CostForecast(inputs))
      #expect(vector.agrees(forecast.medianNet, try vector.expected("median")))
      let bars = Dictionary(uniqueKeysWithValues: forecast.tornado.map { ($0.input, $0) })
      guard vector.has("volume") else {
        #expect(forecast.tornado.isEmpty && forecast.exact == CostForecast.Input.allCases)
        continue
      }
      for (name, input) in [("volume", CostForecast.Input.volume), ("hours", .hours)] {
        let bar = try #require(bars[input])
        let expected = try vector.expectedNumbers(name)
        // The vector has the lower input first; more hours make the net smaller.
        #expect(vector.agrees([bar.atLow, bar.atHigh].sorted(), expected))
      }
      #expect(forecast.tornado.map(\.input) == [.volume, .hours])
    }
  }

  @Test func latencyLimit() throws {
    for vector in try StatisticsVector.of("latencyLimit") {
      let over = Proportion(successes: try vector.count("overLimit"), of: try vector.count("n"))
      let interval = over.guaranteed()
      #expect(vector.agrees([interval.low, interval.high], try vector.expectedNumbers("clopperPearson")))
      #expect(over.limit(try vector.number("share")).rawValue == (try vector.expectedText("state")))
    }
  }
}

extension CostForecast.Inputs {
  /// Inputs without work, hosting and retraining.
  fileprivate static var nothingElse: Self {
    var inputs = Self()
    inputs.hosting = .exact(0)
    inputs.hours = .exact(0)
    inputs.retrainingsPerYear = .exact(0)
    return inputs
  }
}

@Suite struct CostForecastTests {
  private var essay: CostForecast.Inputs {
    var inputs = CostForecast.Inputs.nothingElse
    inputs.volume = .exact(10_000)
    inputs.saving = 0.018
    inputs.training = .exact(5000)
    return inputs
  }

  @Test func ranges() throws {
    #expect(UncertainNumber(low: 0, high: 5) == nil && UncertainNumber(low: 5, high: 4) == nil)
    #expect(UncertainNumber(low: 1, high: .infinity) == nil && UncertainNumber(low: .nan, high: 1) == nil)
    #expect(UncertainNumber(low: 5, high: 5) == .exact(5))
    let range = try #require(UncertainNumber(low: 20_000, high: 80_000))
    #expect(
      isClose(range.median, 40_000, 1e-6) && isClose(range.low, 20_000, 1e-6) && isClose(range.high, 80_000, 1e-6))
    let share = UncertainNumber.share(low: 0.2, high: 0.8)
    #expect(isClose(share.median, 0.5) && isClose(share.low, 0.2) && isClose(share.high, 0.8))
    #expect(range.isUncertain && share.isUncertain && !UncertainNumber.exact(1).isUncertain)
  }

  @Test func unknownIsNotZero() {
    #expect(
      CostForecast.missing(CostForecast.Inputs()) == [
        .volume, .saving, .hosting, .training, .hours, .rate, .retrainings, .retrainingCost,
      ])
    #expect(CostForecast(CostForecast.Inputs()) == nil)
    var inputs = essay
    inputs.hours = nil
    #expect(CostForecast.missing(inputs) == [.hours, .rate])
    inputs.rate = .exact(0)
    #expect(CostForecast.missing(inputs).isEmpty && CostForecast(inputs) != nil)
    inputs.hosting = nil
    #expect(CostForecast.missing(inputs).map(\.rawValue) == ["hosting_per_month"])
  }

  @Test func withoutRangesItIsASum() throws {
    let forecast = try #require(CostForecast(essay))
    // 277,778 queries, 27.8 months at 10,000 a month.
    #expect(isClose(forecast.breakEvenQueries?.p50, 5000 / 0.018, 1e-6))
    #expect(forecast.probabilities == [3: 0, 6: 0, 12: 0, 24: 0] && forecast.neverProbability == 0)
    #expect(isClose(forecast.medianNet, 12 * 180 - 5000, 1e-9))
    var more = essay
    more.volume = .exact(1_000_000)
    #expect(try #require(CostForecast(more)).probabilities == [3: 1, 6: 1, 12: 1, 24: 1])
  }

  @Test func never() throws {
    var inputs = essay
    inputs.saving = -0.001
    let loss = try #require(CostForecast(inputs))
    #expect(loss.neverProbability == 1 && loss.breakEvenQueries == nil)
    inputs.saving = 0
    inputs.savingError = 0.01
    let coin = try #require(CostForecast(inputs))
    #expect(isClose(coin.neverProbability, 0.5, 0.002))
    inputs.saving = 0.018
    inputs.savingError = 0
    inputs.hosting = .exact(180)
    #expect(try #require(CostForecast(inputs)).neverProbability == 1)
  }

  @Test func retrainingsComeInSteps() throws {
    var inputs = essay
    inputs.volume = .exact(50_000)
    inputs.retrainingsPerYear = .exact(2)
    inputs.retrainingCost = .exact(1000)
    // 900 a month: after 6 months one retraining, so 5,400 against 6,000; 10,800 against 7,000 after 12.
    let forecast = try #require(CostForecast(inputs))
    #expect(forecast.probabilities == [3: 0, 6: 0, 12: 1, 24: 1])
    #expect(isClose(forecast.breakEvenQueries?.p50, 50_000 * 5000 / 900, 1e-6))
    #expect(isClose(forecast.medianNet, 10_800 - 7000, 1e-9))
    inputs.retrainingCost = .exact(6000)
    inputs.training = .exact(5500)
    #expect(try #require(CostForecast(inputs)).breakEvenQueries == nil)
  }

  @Test func savingsOfUnits() {
    var inputs = essay
    inputs.setSaving(Units([0.01, 0.02, 0.03, 0.04]))
    #expect(isClose(inputs.saving, 0.025))
    #expect(isClose(inputs.savingError, (0.0005 / 3 / 4).squareRoot()))
    inputs.setSaving(Units([]))
    #expect(inputs.saving == nil)
  }

  @Test func percentIsNeverCertain() {
    #expect(CostForecast.percent(0) == "≤ 1 %" && CostForecast.percent(0.012) == "≤ 1 %")
    #expect(CostForecast.percent(0.461) == "46 %")
    #expect(CostForecast.percent(1) == "≥ 99 %" && CostForecast.percent(0.9851) == "≥ 99 %")
  }

  @Test func limits() {
    #expect(Proportion(successes: 0, of: 71).limit(0.05) == .open)
    #expect(Proportion(successes: 0, of: 72).limit(0.05) == .met)
    #expect(Proportion(successes: 0, of: 0).limit(0.05) == .open)
  }

  @Test func sameDrawsEachTime() throws {
    var inputs = essay
    inputs.volume = UncertainNumber(low: 1000, high: 100_000)
    #expect(CostForecast(inputs) == CostForecast(inputs))
  }
}
