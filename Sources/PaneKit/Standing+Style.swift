import Domain
import Drawing
import WorkbenchCore

extension Standing {
  /// The colour of its mark.
  package var style: StyleName {
    switch self {
    case .passed: .good
    case .failed: .bad
    case .unscored: .warning
    case .unanswered: .error
    }
  }
}
