import Content
import Evidence
import WorkbenchCore

/// What people weigh between prompting and fine-tuning, side by side.
extension Report {
  /// A criterion on each line, both ways behind it.
  static func show(_ criteria: [Criteria.Row]) {
    guard !criteria.isEmpty else { return }
    print("\nSide by side (· measured, = stated, – by nature, ? not known; > speaks for that way):")
    for row in criteria {
      print("  \(row.criterion.title)")
      print("    \(row.favours == .prompting ? ">" : " ") prompting \(row.prompted.basis.mark) \(row.prompted.text)")
      print("    \(row.favours == .tuning ? ">" : " ") tuning    \(row.tuned.basis.mark) \(row.tuned.text)")
    }
  }

  static func criteria(_ criteria: [Criteria.Row]) -> JSONValue {
    func side(_ side: Criteria.Side) -> JSONValue {
      ["text": .string(side.text), "basis": .string(side.basis.rawValue)]
    }
    return .array(
      criteria.map { row in
        [
          "criterion": .string(row.criterion.rawValue), "prompted": side(row.prompted), "tuned": side(row.tuned),
          "favours": row.favours.map { .string($0.rawValue) } ?? .null,
        ]
      })
  }
}

extension Criteria.Basis {
  /// A sign for a terminal.
  fileprivate var mark: String {
    switch self {
    case .measured: "·"
    case .stated: "="
    case .byNature: "–"
    case .unknown: "?"
    }
  }
}
