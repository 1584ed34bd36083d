import Drawing
import PaneCases
import PaneCompare
import PanePrompt
import PaneRuns
import PaneTraining
import PaneVerdict
import WorkbenchCore

/// The panes in tab order.
enum Panes {
  static func all() -> [any Pane<Snapshot, Command, AnyQuery>] {
    [PromptPane(), CasesPane(), ComparePane(), RunsPane(), TrainingPane(), VerdictPane()]
  }
}
