import Drawing

/// The panes that others ask for.
extension PaneID {
  /// The prompt pane.
  public static let prompt = PaneID("prompt")
  /// The cases pane.
  public static let cases = PaneID("cases")
  /// The compare pane.
  public static let compare = PaneID("compare")
  /// The runs pane.
  public static let runs = PaneID("runs")
  /// The training pane.
  public static let training = PaneID("training")
  /// The verdict pane.
  public static let verdict = PaneID("verdict")
}
