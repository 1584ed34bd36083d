import Drawing

/// The panes that others ask for.
extension PaneID {
  /// The prompt pane.
  package static let prompt = PaneID("prompt")
  /// The cases pane.
  package static let cases = PaneID("cases")
  /// The compare pane.
  package static let compare = PaneID("compare")
  /// The runs pane.
  package static let runs = PaneID("runs")
  /// The training pane.
  package static let training = PaneID("training")
  /// The verdict pane.
  package static let verdict = PaneID("verdict")
}
