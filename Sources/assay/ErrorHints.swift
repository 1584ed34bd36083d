import Domain
import WorkbenchCore

extension WorkbenchError {
  /// The sentence with the command that helps.
  var onCommandLine: String { hint.map { "\(self) \($0.onCommandLine)" } ?? description }
}

extension WorkbenchError.Hint {
  /// What to type.
  var onCommandLine: String {
    switch self {
    case .addToSettings: "Add one to assay.yaml."
    case .add(let file): "Add one to \(file)."
    case .evaluate(nil): "`assay eval` makes one."
    case .evaluate(let name?): "`assay eval \(name)` measures it."
    case .train: "`assay train` starts one."
    case .sweep: "`assay sweep` begins one."
    case .show(let id): "`assay jobs show \(id)` shows how far it is and its checkpoints."
    }
  }
}
