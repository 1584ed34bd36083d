import Domain
import Drawing
import NumberFormat
import WorkbenchCore

/// The name and the note of a run, while a person writes them.
struct RunLabelForm: Sendable {
  let run: RunID
  private var form: Form

  init(_ run: Run) {
    self.run = run.id
    form = Form([
      FormField("name", value: run.labels.name ?? "", hint: "at most 64 characters") {
        $0.count <= 64 ? nil : "At most 64 characters."
      },
      FormField("note", value: run.labels.note ?? "", hint: "what to remember of it") {
        $0.count <= 2_000 ? nil : "At most 2,000 characters."
      },
    ])
  }

  mutating func handle(_ event: Event) -> Bool { form.handle(event) || event.isTyping }

  /// What was written; nil where it is too long.
  mutating func labels() -> RunLabels? {
    guard form.problem == nil else {
      form.focusProblem()
      return nil
    }
    func text(_ label: String) -> String? { form[label].allSatisfy(\.isWhitespace) ? nil : form[label] }
    return RunLabels(name: text("name"), note: text("note"))
  }

  func draw(over rect: Rect, on surface: inout Surface, theme: Theme) {
    let inner = surface.popup(
      Size(width: 76, height: 4), title: "Name and note of run \(run)", over: rect, theme: theme)
    form.draw(in: inner, focused: true, valueColumns: 40, on: &surface, theme: theme)
  }
}

extension RunsPane {
  /// Opens the form for the shown run.
  mutating func editLabels(_ snapshot: Snapshot) -> Reaction<Command> {
    labels = selected(snapshot).map { RunLabelForm($0) }
    return .handled
  }

  /// Keeps what was written.
  mutating func saveLabels() -> Reaction<Command> {
    guard let form = labels, let written = labels?.labels() else { return .handled }
    labels = nil
    return .command(.labelRun(form.run, written))
  }

  /// What deleting the run would delete, as a question.
  func deletionSentence(_ snapshot: Snapshot) -> String? {
    guard let id = deletion, let run = snapshot.runs.first(where: { $0.id == id }) else { return nil }
    let outputs = NumberFormat.plural(run.summary.done + run.summary.errors, "output")
    let size = snapshot[RunSizeQuery(id)].answer.map { ", \(NumberFormat.bytes($0))" } ?? ""
    return
      "Delete run \(id) (\(run.labels.name ?? run.variant.name)) with \(outputs)\(size) and what was preferred among them?"
  }

  var labelBindings: [Binding<Action>] {
    [
      Binding(
        .enter, .control("s"), title: "Keep the name and the note", group: "Name and note", action: .saveLabels,
        footer: "keep"),
      Binding(.escape, title: "Leave them as they were", group: "Name and note", action: .closeLabels, footer: "close"),
    ]
  }

  var deletionBindings: [Binding<Action>] {
    [
      Binding("y", title: "Yes, delete the run", group: "Question", action: .confirmDeletion, footer: "delete"),
      Binding("n", .escape, title: "No", group: "Question", action: .refuseDeletion, footer: "no"),
    ]
  }
}
