import Domain
import WorkbenchCore

/// Which cases of a comparison the list shows.
package enum CompareFilter: String, Sendable, Hashable {
  /// Every case.
  case all
  /// The two answers aren't the same text.
  case differ
  /// Only the second run is right.
  case onlyB
  /// Only the first run is right.
  case onlyA
  /// Neither is right.
  case bothWrong

  /// Whether a row belongs to it.
  func includes(_ row: Comparison.Row) -> Bool {
    switch self {
    case .all: true
    case .differ: row.differs
    case .onlyB: row.outcome == .onlyB
    case .onlyA: row.outcome == .onlyA
    case .bothWrong: row.outcome == .bothWrong
    }
  }

  /// The mark that the list has for its cases.
  var legend: String {
    switch self {
    case .all: " (\(Comparison.Outcome.bothRight.glyph): both right)"
    case .differ: ""
    case .onlyB: " (\(Comparison.Outcome.onlyB.glyph))"
    case .onlyA: " (\(Comparison.Outcome.onlyA.glyph))"
    case .bothWrong: " (\(Comparison.Outcome.bothWrong.glyph))"
    }
  }

  /// Its name above the list; who wins is said by kind where the two sides are of different kinds.
  func title(kinds: SideNames) -> String {
    switch self {
    case .all: "all cases"
    case .differ: "answers differ"
    case .onlyB: "\(kinds.b) wins"
    case .onlyA: "\(kinds.a) wins"
    case .bothWrong: "both wrong"
    }
  }
}

/// What to call the two sides: `prompted` and `tuned`, or else by their letters.
struct SideNames: Hashable, Sendable {
  var a = "A"
  var b = "B"

  init(aIsTuned: Bool, bIsTuned: Bool) {
    guard aIsTuned != bIsTuned else { return }
    (a, b) = aIsTuned ? ("tuned", "prompted") : ("prompted", "tuned")
  }
}

extension Comparison.Outcome {
  /// Two columns that tell it without colour.
  var glyph: String {
    switch self {
    case .bothRight: "=✓"
    case .onlyA: "A✓"
    case .onlyB: "B✓"
    case .bothWrong: "✗✗"
    case .unanswered: "– "
    case .unscored: "? "
    }
  }

  /// In words.
  var words: String {
    switch self {
    case .bothRight: "both right"
    case .onlyA: "only A"
    case .onlyB: "only B"
    case .bothWrong: "both wrong"
    case .unanswered: "no answer"
    case .unscored: "not scored"
    }
  }
}
