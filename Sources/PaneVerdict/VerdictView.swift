import Domain
import Drawing
import Evidence
import WorkbenchCore

/// What the lower part of the pane shows of a verdict.
enum VerdictView: Int, Sendable, CaseIterable {
  case advice, forecast, parts, criteria, router

  /// What it is called.
  var title: String {
    switch self {
    case .advice: "Advice"
    case .forecast: "Forecast"
    case .parts: "Parts"
    case .criteria: "Side by side"
    case .router: "Router"
    }
  }

  /// The next one, the first one behind the last.
  var next: VerdictView { Self(rawValue: rawValue + 1) ?? .advice }

  /// All of them as words for a frame, this one bright.
  func label(_ theme: Theme) -> [Span] {
    let words = Self.allCases.map { [Span($0.title.lowercased(), theme[$0 == self ? .textStrong : .textDim])] }
    return [Span(" ")] + Array(words.joined(separator: [Span(" · ", theme[.textDim])])) + [Span(" ")]
  }
}
