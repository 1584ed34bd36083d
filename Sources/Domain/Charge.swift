import Evidence
import NumberFormat

/// What commands would take, before anything is asked: what a person decides by.
package struct Charge: Sendable, Hashable {
  /// One evaluation, trial, probe or job of it.
  package struct Item: Sendable, Hashable {
    /// What it is, as a title: `prompted on main`.
    package var what: String
    /// The variant that is evaluated, where one is.
    package var variant: String?
    /// Requests to send; 0 for a job.
    package var requests = 0
    /// Tokens of all prompts, or those that a job learns from.
    package var promptTokens: RunEstimate.Range?
    /// Tokens of all answers.
    package var completionTokens: RunEstimate.Range?
    /// Dollars; nil where the price isn't known.
    package var dollars: RunEstimate.Range?
    /// The day of the price, where it is from Assay's own table.
    package var pricesAsOf: String?
    /// What has to be allowed once, where a server's prices aren't known.
    package var unpriced: Permission?

    /// Makes an item of which only the title is known.
    package init(_ what: String) { self.what = what }
  }

  /// What is to be paid for.
  package var items: [Item]
  /// The dollars above which a person is asked.
  package var limit: Double
  /// Whether a person has to be asked first.
  package var mustAsk: Bool

  package init(items: [Item], limit: Double, mustAsk: Bool) {
    self.items = items
    self.limit = limit
    self.mustAsk = mustAsk
  }

  /// What has to be allowed once, because a server's prices aren't known.
  package var permissions: [Permission] { items.compactMap(\.unpriced) }

  /// Requests of all items.
  package var requests: Int { items.reduce(0) { $0 + $1.requests } }

  /// Dollars of all items; nil where the price of one isn't known.
  package var dollars: RunEstimate.Range? { Self.sum(items) }

  /// Dollars of a variant's items, judges included; nil without any, and where the price of one isn't known.
  package func dollars(of variant: String) -> RunEstimate.Range? {
    let own = items.filter { $0.variant == variant }
    return own.isEmpty ? nil : Self.sum(own)
  }

  private static func sum(_ items: [Item]) -> RunEstimate.Range? {
    var sum = RunEstimate.Range(0, 0)
    for item in items {
      guard let dollars = item.dollars else { return nil }
      sum.low += dollars.low
      sum.high = sum.high.flatMap { high in dollars.high.map { high + $0 } }
    }
    return sum
  }

  /// The limit in words.
  package var limitText: String { NumberFormat.dollars(limit) }

  /// What is asked above, unless a workspace or the environment lowers it, in dollars.
  package static let usualLimit = 0.10
}

extension Charge.Item {
  /// The item as a line: requests, tokens, and the range of dollars.
  package var sentence: String {
    var words: [String] = []
    if requests > 0 { words.append(requests == 1 ? "1 request" : "\(requests) requests") }
    if let promptTokens {
      let out = completionTokens.map { " and \($0.text) out" } ?? ""
      words.append("\(promptTokens.text) tokens in" + out)
    }
    words.append(dollars.map(\.dollarText) ?? "cost not known (no price)")
    let asOf = pricesAsOf.map { ", at the prices of \($0)" } ?? ""
    return "\(what): \(words.joined(separator: ", "))\(asOf)."
  }
}

extension RunEstimate.Range {
  /// A range of counts that aren't exact, in two digits each.
  package var text: String {
    let least = Self.twoDigits(low)
    guard let most = high.map(Self.twoDigits) else { return "\(least) or more" }
    return least == most ? least : "\(least) to \(most)"
  }

  /// A range of dollars.
  package var dollarText: String {
    let least = NumberFormat.dollars(low)
    guard let most = high.map(NumberFormat.dollars) else { return "\(least) or more" }
    return least == most ? least : "\(least) to \(most)"
  }

  private static func twoDigits(_ value: Double) -> String {
    var (rest, factor) = (value.rounded(), 1.0)
    while rest >= 100 { (rest, factor) = (rest / 10, factor * 10) }
    return NumberFormat.count(rest.rounded() * factor)
  }
}
