import Domain
import WorkbenchCore

extension Notice {
  /// The sentence with the key that helps.
  var shown: String { hint.map { "\(text) \($0.onScreen)" } ?? text }
}

extension WorkbenchError.Hint {
  /// What to press, or where to look.
  var onScreen: String {
    switch self {
    case .addToSettings: "Add one to assay.yaml."
    case .add(let file): "Add one to \(file)."
    case .evaluate: "r evaluates in Runs, Compare and Verdict."
    case .train: "n in Training starts one."
    case .sweep: "Several values in a field of the form in Training make one."
    case .show(let id): "Training shows job \(id) and its checkpoints."
    }
  }
}
