import Evidence
import NumberFormat

/// What commands would take, before anything is asked: what a person decides by.
public struct Charge: Sendable, Hashable {
  /// One evaluation, trial, probe or job of it.
  public struct Item: Sendable, Hashable {
    /// What it is, as a title: `prompted on main`.
    public var what: String
    /// The variant that is evaluated, where one is.
    public var variant: String?
    /// Requests to send; 0 for a job.
    public var requests = 0
    /// Tokens of all prompts, or those that a job learns from.
    public var promptTokens: RunEstimate.Range?
    /// Tokens of all answers.
    public var completionTokens: RunEstimate.Range?
    /// Dollars; nil where the price isn't known.
    public var dollars: RunEstimate.Range?
    /// The day of the price, where it is from Assay's own table.
    public var pricesAsOf: String?
    /// What has to be allowed once, where a server's prices aren't known.
    public var unpriced: Permission?

    /// Makes an item of which only the title is known.
    public init(_ what: String) { self.what = what }
  }

  /// What is to be paid for.
  public var items: [Item]
  /// The dollars above which a person is asked.
  public var limit: Double
  /// Whether a person has to be asked first.
  public var mustAsk: Bool

  /// Makes a charge.
  public init(items: [Item], limit: Double, mustAsk: Bool) {
    self.items = items
    self.limit = limit
    self.mustAsk = mustAsk
  }

  /// What has to be allowed once, because a server's prices aren't known.
  public var permissions: [Permission] { items.compactMap(\.unpriced) }

  /// Requests of all items.
  public var requests: Int { items.reduce(0) { $0 + $1.requests } }

  /// Dollars of all items; nil where the price of one isn't known.
  public var dollars: RunEstimate.Range? {
    var sum = RunEstimate.Range(0, 0)
    for item in items {
      guard let dollars = item.dollars else { return nil }
      sum.low += dollars.low
      sum.high = sum.high.flatMap { high in dollars.high.map { high + $0 } }
    }
    return sum
  }

  /// The limit in words.
  public var limitText: String { NumberFormat.dollars(limit) }

  /// What is asked above, unless a workspace or the environment lowers it, in dollars.
  public static let usualLimit = 0.10
}

extension Charge.Item {
  /// The item as a line: requests, tokens, and the range of dollars.
  public var sentence: String {
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
  public var text: String {
    let least = Self.twoDigits(low)
    guard let most = high.map(Self.twoDigits) else { return "\(least) or more" }
    return least == most ? least : "\(least) to \(most)"
  }

  /// A range of dollars.
  public var dollarText: String {
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

/// A command that waits for a person to agree to what it costs.
public struct PendingCharge: Sendable, Hashable, Identifiable {
  /// Rises with each question of this process.
  public var id: Int
  /// What waits.
  public var command: Command
  /// What it would take.
  public var charge: Charge

  /// Makes a question.
  public init(id: Int, command: Command, charge: Charge) {
    self.id = id
    self.command = command
    self.charge = charge
  }
}

/// Whether a person agreed to what a command costs.
public enum Consent: Sendable, Hashable {
  /// Nobody was asked yet: what costs more than the limit throws `WorkbenchError.unconfirmed`.
  case notAsked
  /// It was told, and may be spent.
  case given
}
