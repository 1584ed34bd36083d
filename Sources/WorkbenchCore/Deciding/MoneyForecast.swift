import Domain
import Evidence
import NumberFormat

/// When tuning pays for itself: what is known of it, what is missing, and the forecast where nothing is.
package struct MoneyForecast: Sendable, Hashable {
  /// What it rests on.
  package var inputs: CostForecast.Inputs
  /// The forecast; nil while something is ``missing``.
  package var forecast: CostForecast?
  /// The inputs that are neither stated nor measured.
  package var missing: [CostForecast.Input]

  /// Makes the forecast where all of its inputs are known.
  package init(_ inputs: CostForecast.Inputs) {
    self.inputs = inputs
    missing = CostForecast.missing(inputs)
    forecast = CostForecast(inputs)
  }

  /// The chances in a line, such as `within 3, 6, 12 and 24 months: ≤ 1 %, 4 %, 46 %, 94 %; never: ≤ 1 %`; nil without a
  /// forecast.
  package var chances: String? {
    forecast.map { forecast in
      let shares = CostForecast.months.map { CostForecast.percent(forecast.probabilities[$0] ?? 0) }
      return "within \(CostForecast.months.dropLast().map(String.init).joined(separator: ", ")) and "
        + "\(CostForecast.months.last ?? 24) months: \(shares.joined(separator: ", ")); never: "
        + CostForecast.percent(forecast.neverProbability)
    }
  }

  /// A bar of the tornado in words, such as `queries_per_month (20,000 to 80,000): -$4,600 to +$8,300`.
  package func words(_ bar: CostForecast.Bar) -> String {
    "\(bar.input.rawValue)\(range(of: bar.input).map { " (\($0))" } ?? ""): \(Self.signed(bar.atLow)) to \(Self.signed(bar.atHigh))"
  }

  /// The range of an input in words; nil where it is exact.
  package func range(of input: CostForecast.Input) -> String? {
    if input == .saving {
      guard let saving = inputs.saving, inputs.savingError > 0 else { return nil }
      let reach = 1.644853626951472 * inputs.savingError
      return "\(NumberFormat.dollars(saving - reach)) to \(NumberFormat.dollars(saving + reach))"
    }
    guard let number = inputs[input], number.isUncertain else { return nil }
    let isMoney: Bool =
      switch input {
      case .hosting, .training, .rate, .retrainingCost: true
      case .volume, .saving, .hours, .retrainings: false
      }
    func text(_ value: Double) -> String {
      isMoney
        ? NumberFormat.dollars(value)
        : value >= 10 ? NumberFormat.count(value) : NumberFormat.trimmed(value, decimals: 1)
    }
    return "\(text(number.low)) to \(text(number.high))"
  }

  /// Dollars with a sign.
  package static func signed(_ dollars: Double) -> String { (dollars > 0 ? "+" : "") + NumberFormat.dollars(dollars) }
}

extension CostForecast.Inputs {
  /// What a person states for an input; nil for what is measured or not stated.
  fileprivate subscript(input: CostForecast.Input) -> UncertainNumber? {
    switch input {
    case .saving: nil
    case .volume: volume
    case .hosting: hosting
    case .training: training
    case .hours: hours
    case .rate: rate
    case .retrainings: retrainingsPerYear
    case .retrainingCost: retrainingCost
    }
  }
}

extension WorkspaceFacts {
  /// What a forecast of costs takes from them.
  fileprivate var forecastInputs: CostForecast.Inputs {
    func number(_ key: CostForecast.Input, _ value: Double?) -> UncertainNumber? {
      ranges[key.rawValue] ?? value.map { .exact($0) }
    }
    var inputs = CostForecast.Inputs()
    inputs.volume = number(.volume, project.queriesPerMonth)
    inputs.hosting = number(.hosting, hostingPerMonth)
    inputs.training = number(.training, trainingCost)
    inputs.hours = number(.hours, engineeringHours)
    inputs.rate = number(.rate, hourlyRate)
    // None over the time looked at is none in a year.
    inputs.retrainingsPerYear = number(.retrainings, retrainingsPerYear) ?? (retrainings == 0 ? .exact(0) : nil)
    // A further training costs what the first one does, unless stated.
    inputs.retrainingCost = number(.retrainingCost, retrainingCost) ?? inputs.training
    return inputs
  }
}

extension VerdictEvidence {
  /// When tuning pays for itself, with the saving of each case measured; nil without both variants or their prices.
  var forecast: MoneyForecast? {
    guard let prompted, let tuned, let before = workspace.price(of: prompted.variant),
      let after = workspace.price(of: tuned.variant)
    else { return nil }
    var inputs = workspace.facts.forecastInputs
    let (old, new) = (prompted.outputs.costs(before), tuned.outputs.costs(after))
    let units = ScoredCase.units(of: prompted.scores)
    var savings: (values: [Double], weights: [Double], units: [Int]) = ([], [], [])
    for (place, evalCase) in set.cases.enumerated() {
      guard let old = old[evalCase.id], let new = new[evalCase.id] else { continue }
      savings.values.append(old - new)
      savings.weights.append(evalCase.weight)
      savings.units.append(units[place])
    }
    inputs.setSaving(Units(savings.values, weights: savings.weights, units: savings.units))
    return MoneyForecast(inputs)
  }
}
