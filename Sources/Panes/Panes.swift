import PaneCases
import PaneCompare
import PaneKit
import PanePrompt
import PaneRuns
import PaneTraining
import PaneVerdict

/// The panes of the screen: the one list that tabs, keys, help and the key tables are made from. Package.swift declares
/// their targets, and a test compares both.
package enum Panes {
  /// In tab order.
  package static let all: [PaneEntry] = [
    PaneEntry("1") { PromptPane() },
    PaneEntry("2") { CasesPane() },
    PaneEntry("3") { ComparePane() },
    PaneEntry("4") { RunsPane() },
    PaneEntry("5") { TrainingPane() },
    PaneEntry("6") { VerdictPane() },
  ]
}
