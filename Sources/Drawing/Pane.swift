/// A part of the screen: a value that turns events into commands, and a snapshot into cells.
///
/// A pane does no I/O, starts no tasks and asks no clock. It holds only what belongs to looking: selection (by id,
/// never by row number), scroll, the draft being typed. `react(to:_:)` is what its owner calls.
package protocol Pane<Snapshot, Command, Query>: Sendable {
  /// Everything that can be shown.
  associatedtype Snapshot
  /// Everything that can be asked for.
  associatedtype Command: Sendable
  /// Everything that can be asked and answered.
  associatedtype Query: Hashable & Sendable
  /// What the pane's own bindings mean.
  associatedtype Action: Sendable

  /// The name by which others ask for it.
  var id: PaneID { get }

  /// Its title, as tabs and help show it.
  var title: String { get }

  /// True while typed characters are text: then `handle` sees events before the bindings do.
  var capturesText: Bool { get }

  /// The keys that mean something now; those that can't be used say why.
  func bindings(_ snapshot: Snapshot) -> [Binding<Action>]

  /// Does what a binding stands for.
  mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command>

  /// Takes an event that is no binding: moving about in lists, typing, mouse, paste.
  mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command>

  /// Takes note of a new snapshot, as after each while the pane can be seen.
  /// - Returns: What saves edits that can be saved now.
  mutating func update(_ snapshot: Snapshot) -> [Command]

  /// What the pane shows beyond what every snapshot holds, as it stands now.
  func queries(_ snapshot: Snapshot) -> Set<Query>

  /// Turns to something that was asked for elsewhere, such as a job or two runs.
  mutating func reveal(_ subject: any Sendable, _ snapshot: Snapshot)

  /// What a person has chosen here that other panes turn to as well when they are shown, such as a case; nil where nothing is.
  func chosen(_ snapshot: Snapshot) -> (any Sendable)?

  /// Turns to what was chosen in another pane, if it can without giving up what is filtered or typed here.
  mutating func follow(_ chosen: any Sendable, _ snapshot: Snapshot)

  /// The pane is about to lose the focus, or the program to end: what is typed and not saved is asked to be saved.
  mutating func leave(_ snapshot: Snapshot) -> Reaction<Command>

  /// Names of what is typed and stays unsaved even after `leave`: it doesn't read well, its file changed meanwhile, or it
  /// couldn't be written.
  var unsavedTitles: [String] { get }

  /// Whether something was handed in for saving and isn't known to be written yet.
  var isSaving: Bool { get }

  /// Draws all of itself into `rect`; may remember where things are, for the mouse, and bring its scroll in range.
  mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme)
}

/// What became of an event.
package enum Reaction<Command: Sendable>: Sendable {
  /// Not mine: ask the next one.
  case ignored
  /// Done; nothing to ask for.
  case handled
  /// Ask the core for this.
  case command(Command)
  /// Show this sentence in the status line.
  case notice(String)
  /// Put this text on the clipboard; `what` it is, is said in the status line.
  case copy(String, what: String)
  /// Give the focus to this pane, which turns to a subject that it knows, if there is one.
  case show(PaneID, subject: (any Sendable)? = nil)
  /// Several of these, in order.
  case all([Reaction])

  /// True for `ignored`.
  package var isIgnored: Bool {
    if case .ignored = self { true } else { false }
  }
}

extension Pane {
  /// No text is being typed.
  package var capturesText: Bool { false }

  /// Takes no other event.
  package mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> { .ignored }

  /// Has nothing to note.
  package mutating func update(_ snapshot: Snapshot) -> [Command] { [] }

  /// Shows what every snapshot holds.
  package func queries(_ snapshot: Snapshot) -> Set<Query> { [] }

  /// Knows no subject.
  package mutating func reveal(_ subject: any Sendable, _ snapshot: Snapshot) {}

  /// Chooses nothing that others show.
  package func chosen(_ snapshot: Snapshot) -> (any Sendable)? { nil }

  /// Follows nothing.
  package mutating func follow(_ chosen: any Sendable, _ snapshot: Snapshot) {}

  /// Has nothing unsaved.
  package var unsavedTitles: [String] { [] }

  /// Has handed nothing in.
  package var isSaving: Bool { false }

  /// Has nothing to save.
  package mutating func leave(_ snapshot: Snapshot) -> Reaction<Command> { .handled }

  /// Takes an event: bindings first, then `handle`; the other way round while text is being typed.
  package mutating func react(to event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    if capturesText {
      let reaction = handle(event, snapshot)
      return reaction.isIgnored ? performBinding(for: event, snapshot) : reaction
    }
    let reaction = performBinding(for: event, snapshot)
    return reaction.isIgnored ? handle(event, snapshot) : reaction
  }

  /// The bindings without their actions, for help, footer and palette.
  package func hints(_ snapshot: Snapshot) -> [BindingHint] {
    // A key path of a generic type is looked up by its mangled name at each call.
    bindings(snapshot).map { $0.hint }
  }

  /// Does what this hint's binding stands for, as the palette wants; *ignored* if there is no such binding now.
  package mutating func perform(_ hint: BindingHint, _ snapshot: Snapshot) -> Reaction<Command> {
    perform(bindings(snapshot).first { $0.title == hint.title && $0.group == hint.group }, snapshot)
  }

  /// Whether a binding means something by this event now, so that a question that swallows text leaves it alone.
  package func hasBinding(for event: Event, _ snapshot: Snapshot) -> Bool {
    guard case .key(let key) = event else { return false }
    return bindings(snapshot).contains { $0.keys.contains(key) }
  }

  /// What a menu or question answers to an event that isn't its own: text means nothing to it, nor to what holds everywhere
  /// while it is open.
  package func swallow(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    event.isTyping && !hasBinding(for: event, snapshot) ? .handled : .ignored
  }

  private mutating func performBinding(for event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    guard case .key(let key) = event else { return .ignored }
    let candidates = bindings(snapshot).filter { $0.keys.contains(key) }
    return perform(candidates.first { $0.unavailable == nil } ?? candidates.first, snapshot)
  }

  private mutating func perform(_ binding: Binding<Action>?, _ snapshot: Snapshot) -> Reaction<Command> {
    guard let binding else { return .ignored }
    if let reason = binding.unavailable { return .notice(reason) }
    return perform(binding.action, snapshot)
  }
}
