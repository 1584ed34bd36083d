import Drawing
import WorkbenchCore

/// Which way to go, and why.
public struct VerdictPane: Pane {
  public enum Action: Sendable { case scroll }
  public let title = "Verdict"
  public init() {}
  public func bindings(_ snapshot: Snapshot) -> [Binding<Action>] { [] }
  public mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> { .handled }
  public mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {}
}
