import Content
import Domain
import Evidence
import WorkbenchCore

/// When tuning pays for itself, as text and as JSON.
extension Report {
  /// The chances of breaking even and what matters most; nothing without prices of both variants.
  static func show(_ money: MoneyForecast?) {
    guard let money else { return }
    guard let forecast = money.forecast, let chances = money.chances else {
      let keys = money.missing.filter { $0 != .saving }.map(\.rawValue)
      if !keys.isEmpty {
        print("\nHow likely tuning pays for itself needs \(keys.joined(separator: ", ")) under facts in assay.yaml.")
      }
      return
    }
    print("\nHow likely tuning has paid for itself, \(chances)")
    for bar in forecast.tornado { print("  · net after a year by \(money.words(bar))") }
    let exact = forecast.exact.map(\.rawValue)
    if !exact.isEmpty { print("  · taken as exact: \(exact.joined(separator: ", "))") }
  }

  /// A forecast; null without prices of both variants.
  static func money(_ money: MoneyForecast?) -> JSONValue {
    guard let money else { return .null }
    let forecast = money.forecast
    return [
      "missing": .array(money.missing.map { .string($0.rawValue) }),
      "probabilities": .array(
        CostForecast.months.compactMap { months in
          forecast.map { ["months": JSONValue(months), "probability": rounded($0.probabilities[months] ?? 0, 4)] }
        }),
      "never": forecast.map { rounded($0.neverProbability, 4) } ?? .null,
      "break_even_queries": forecast?.breakEvenQueries.map { queries in
        [
          "p5": queries[5].map { rounded($0, 0) } ?? .null, "median": queries[50].map { rounded($0, 0) } ?? .null,
          "p95": queries[95].map { rounded($0, 0) } ?? .null,
        ]
      } ?? .null,
      "median_net_12_months": forecast.map { rounded($0.medianNet, 2) } ?? .null,
      "tornado": .array(
        (forecast?.tornado ?? []).map {
          [
            "input": .string($0.input.rawValue), "net_at_low": rounded($0.atLow, 2),
            "net_at_high": rounded($0.atHigh, 2),
          ]
        }),
      "exact": .array((forecast?.exact ?? []).map { .string($0.rawValue) }),
    ]
  }
}
