import NumberFormat

/// When tuning pays for itself, with what isn't known exactly drawn from its range.
///
/// After T months the net is T·(V·S − Δhosting) − (training + hours·rate + ⌊T·retrainings a year/12⌋·cost), for V queries a
/// month that each save S.
package struct CostForecast: Sendable, Hashable {
  /// What a forecast rests on; money in US dollars. Nil: not known, which is not 0.
  package struct Inputs: Sendable, Hashable {
    /// Queries a month.
    package var volume: UncertainNumber?
    /// What a query saves, measured: the mean over cases.
    package var saving: Double?
    /// The standard error of ``saving``, by units.
    package var savingError = 0.0
    /// What hosting the tuned model costs more a month than the prompted one; below 0 when it costs less.
    package var hosting: UncertainNumber?
    /// What the first training costs, data included.
    package var training: UncertainNumber?
    /// Hours of work.
    package var hours: UncertainNumber?
    /// What an hour costs.
    package var rate: UncertainNumber?
    /// Trainings after the first, a year.
    package var retrainingsPerYear: UncertainNumber?
    /// What each of them costs.
    package var retrainingCost: UncertainNumber?

    /// Nothing is known.
    package init() {}

    /// Takes the saving of each case, prompted minus tuned in dollars, joined to units.
    package mutating func setSaving(_ units: Units) {
      saving = units.count > 0 ? units.mean : nil
      savingError = units.standardError ?? 0
    }
  }

  /// An input; the raw value is the key that states it in assay.yaml.
  package enum Input: String, Sendable, Hashable, CaseIterable {
    /// Queries a month.
    case volume = "queries_per_month"
    /// What a query saves, which is measured.
    case saving
    /// Hosting a month.
    case hosting = "hosting_per_month"
    /// The first training.
    case training = "training_cost"
    /// Hours of work.
    case hours = "engineering_hours"
    /// What an hour costs.
    case rate = "hourly_rate"
    /// Trainings after the first.
    case retrainings = "retrainings_per_year"
    /// What each of them costs.
    case retrainingCost = "retraining_cost"
  }

  /// The net after a year with one input at its 5 % and its 95 % point, the others in the middle.
  package struct Bar: Sendable, Hashable {
    /// The input.
    package let input: Input
    /// The net at its 5 % point.
    package let atLow: Double
    /// The net at its 95 % point.
    package let atHigh: Double
    /// How much it matters.
    package var length: Double { abs(atHigh - atLow) }
  }

  /// The probability that the investment has come back, after 3, 6, 12 and 24 months, 0 to 1.
  package let probabilities: [Int: Double]
  /// The probability that a month never saves more than its hosting.
  package let neverProbability: Double
  /// The queries until the investment has come back, among draws in which it does; nil where it never does.
  package let breakEvenQueries: Percentiles?
  /// The net after a year with every input in the middle.
  package let medianNet: Double
  /// What matters most, longest first; inputs that are taken as exact have no bar.
  package let tornado: [Bar]
  /// The inputs that are taken as exact.
  package let exact: [Input]

  /// The months that probabilities are given for.
  package static let months = [3, 6, 12, 24]
  /// The number of draws.
  static let draws = 10_000

  /// The inputs that are not stated; a forecast needs all of them. Where one factor of a product is 0 the other isn't
  /// needed.
  package static func missing(_ inputs: Inputs) -> [Input] {
    var missing: [Input] = []
    if inputs.volume == nil { missing.append(.volume) }
    if inputs.saving == nil { missing.append(.saving) }
    if inputs.hosting == nil { missing.append(.hosting) }
    if inputs.training == nil { missing.append(.training) }
    for (one, other) in [
      ((inputs.hours, Input.hours), (inputs.rate, Input.rate)),
      ((inputs.retrainingsPerYear, .retrainings), (inputs.retrainingCost, .retrainingCost)),
    ] where one.0 != .exact(0) && other.0 != .exact(0) {
      if one.0 == nil { missing.append(one.1) }
      if other.0 == nil { missing.append(other.1) }
    }
    return missing
  }

  /// Makes a forecast; nil where an input is missing (``missing(_:)``).
  package init?(_ inputs: Inputs) {
    guard Self.missing(inputs).isEmpty else { return nil }
    let model = NetModel(inputs)
    let draws = model.draws(Self.draws)
    let share = { (holds: (NetModel.Draw) -> Bool) in Double(draws.count(where: holds)) / Double(draws.count) }
    probabilities = Dictionary(
      uniqueKeysWithValues: Self.months.map { months in (months, share { $0.net(months: Double(months)) >= 0 }) })
    neverProbability = share { $0.monthly <= 0 }
    let queries = draws.compactMap(\.breakEvenQueries)
    breakEvenQueries = queries.isEmpty ? nil : Percentiles(queries)
    let middle = model.middle
    medianNet = middle.net(months: 12)
    let uncertain = Input.allCases.filter(model.isUncertain)
    tornado = uncertain.map { input in
      Bar(
        input: input, atLow: model.draw(input, atHigh: false).net(months: 12),
        atHigh: model.draw(input, atHigh: true).net(months: 12))
    }.sorted { $0.length > $1.length }
    exact = Input.allCases.filter { !uncertain.contains($0) }
  }

  /// A probability in whole percent, never 0 or 100: `46 %`, `≤ 1 %`, `≥ 99 %`.
  package static func percent(_ probability: Double) -> String { NumberFormat.chance(probability) }
}

/// The inputs of a forecast as numbers to draw from.
private struct NetModel {
  /// One set of values.
  struct Draw {
    var volume: Double
    var saving: Double
    var hosting: Double
    var investment: Double
    var retrainings: Double
    var retrainingCost: Double

    /// What a month saves.
    var monthly: Double { volume * saving - hosting }

    func net(months: Double) -> Double {
      months * monthly - investment - (months * retrainings / 12).rounded(.down) * retrainingCost
    }

    /// The queries until the net reaches 0; nil where it never does.
    var breakEvenQueries: Double? {
      guard monthly > 0 else { return nil }
      guard retrainings > 0, retrainingCost > 0 else { return volume * max(0, investment) / monthly }
      let period = 12 / retrainings
      // Between two retrainings the net rises; a century of them is enough.
      for done in 0..<1200 {
        let months = max(Double(done) * period, (investment + Double(done) * retrainingCost) / monthly)
        if months < Double(done + 1) * period { return volume * months }
        if months > 1200 { return nil }
      }
      return nil
    }
  }

  private let inputs: CostForecast.Inputs

  init(_ inputs: CostForecast.Inputs) { self.inputs = inputs }

  private func number(_ input: CostForecast.Input) -> UncertainNumber {
    let number: UncertainNumber? =
      switch input {
      case .volume: inputs.volume
      case .saving: .exact(inputs.saving ?? 0)
      case .hosting: inputs.hosting
      case .training: inputs.training
      case .hours: inputs.hours
      case .rate: inputs.rate
      case .retrainings: inputs.retrainingsPerYear
      case .retrainingCost: inputs.retrainingCost
      }
    // What a factor of 0 makes needless is 0, too.
    return number ?? .exact(0)
  }

  func isUncertain(_ input: CostForecast.Input) -> Bool {
    input == .saving ? inputs.savingError > 0 : number(input).isUncertain
  }

  /// The values so many standard deviations from the middle.
  private func draw(_ deviations: (CostForecast.Input) -> Double) -> Draw {
    func value(_ input: CostForecast.Input) -> Double { number(input).value(at: deviations(input)) }
    return Draw(
      volume: value(.volume), saving: (inputs.saving ?? 0) + deviations(.saving) * inputs.savingError,
      hosting: value(.hosting), investment: value(.training) + value(.hours) * value(.rate),
      retrainings: value(.retrainings), retrainingCost: value(.retrainingCost))
  }

  var middle: Draw { draw { _ in 0 } }

  /// One input at its 5 % or 95 % point, the others in the middle.
  func draw(_ input: CostForecast.Input, atHigh: Bool) -> Draw {
    let end = Distributions.normalQuantile(0.95) * (atHigh ? 1 : -1)
    return draw { $0 == input ? end : 0 }
  }

  /// A Latin hypercube: each input has one value in each of `count` slices of equal probability, in an order of its own.
  func draws(_ count: Int) -> [Draw] {
    let columns = CostForecast.Input.allCases.map { input -> [Double] in
      guard isUncertain(input) else { return [] }
      var random = SplitMix("break-even " + input.rawValue)
      return random.permutation(of: count).map {
        Distributions.normalQuantile((Double($0) + random.share()) / Double(count))
      }
    }
    let places = Dictionary(uniqueKeysWithValues: CostForecast.Input.allCases.enumerated().map { ($1, $0) })
    return (0..<count).map { row in
      draw { input in
        let column = columns[places[input] ?? 0]
        return column.isEmpty ? 0 : column[row]
      }
    }
  }
}
