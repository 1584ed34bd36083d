import Domain
import Drawing
import PaneKit
import WorkbenchCore

/// Everything on the terminal as one value: the panes, which of them has the focus, what lies over them, and the line at
/// the bottom. Events go in and commands come out; drawing turns the newest snapshot into a surface.
package struct Screen: Sendable {
  var panes: [any Pane<Snapshot, Command, AnyQuery>]
  /// What the panes were made from, in tab order.
  let entries: [PaneEntry]
  /// The keys that hold everywhere, unless a pane is being typed into.
  let bindings: [Binding<Action>]
  var focus = 0
  var snapshot: Snapshot
  var overlay: Overlay?
  /// A sentence that stays in the bottom line until the next key.
  var sentence: String?
  /// What was chosen last in a pane and travels to the others.
  private var chosen: (any Sendable)?
  /// The newest notice that the bottom line has shown until a key was pressed.
  var seenNotice = 0
  let themes: [Theme]
  /// The theme in use, or the one being looked at in the palette.
  package internal(set) var theme: Theme
  /// Whether the person asked to leave.
  package internal(set) var isDone = false
  /// What is asked of the terminal and not granted yet.
  private var terminalRequests: [TerminalRequest] = []
  /// What the visible pane showed when that was last told.
  private var watched: Set<AnyQuery>?

  /// What only the terminal can do.
  package enum TerminalRequest: Sendable, Hashable {
    /// Give the shell back, for a while.
    case suspend
    /// Put this text where it can be pasted from, and say where that is.
    case copy(String, what: String)
  }

  /// A screen with panes in tab order, showing a snapshot.
  /// - Parameter themes: What the palette offers; the first one called `theme` is used, else the first, else `.dark`.
  package init(panes entries: [PaneEntry], snapshot: Snapshot, themes: [Theme], theme: String? = nil) {
    self.entries = entries
    panes = entries.map { $0.make() }
    bindings = Screen.bindings(entries)
    self.snapshot = snapshot
    self.themes = themes.isEmpty ? [.dark] : themes
    self.theme = self.themes.first { $0.name == theme } ?? self.themes[0]
    if !snapshot.trust.isTrusted { overlay = .trust(TrustOverlay(snapshot: snapshot)) }
  }

  /// What the terminal is asked for since the last call.
  package mutating func takeTerminalRequests() -> [TerminalRequest] {
    defer { terminalRequests = [] }
    return terminalRequests
  }

  mutating func request(_ request: TerminalRequest) { terminalRequests.append(request) }

  /// What the visible pane shows from now on, where that is something else than at the last call.
  package mutating func takeQueries() -> Set<AnyQuery>? {
    let queries = panes[focus].queries(snapshot)
    defer { watched = queries }
    return queries == watched ? nil : queries
  }

  /// Takes a newer snapshot; returns what saves the visible pane's edits.
  package mutating func update(_ snapshot: Snapshot) -> [Command] {
    // What failed since is told rather than what a pane said before it.
    if let newest = snapshot.notices.last, newest.kind == .error, newest.id != self.snapshot.notices.last?.id {
      sentence = nil
    }
    let before = self.snapshot.trust
    self.snapshot = snapshot
    if snapshot.trust != before { followTrust() }
    followCharges()
    if case .question(let question) = overlay, question.isSaving { return quit() + wanted() }
    return wanted()
  }

  /// Asks again when the workspace has come to ask for something else; a question that is answered elsewhere goes.
  private mutating func followTrust() {
    if snapshot.trust.isTrusted {
      if case .trust = overlay { overlay = nil }
    } else if overlay == nil || isAskingForTrust {
      overlay = .trust(TrustOverlay(snapshot: snapshot))
    }
  }

  /// Shows the oldest question about costs; one that is answered goes.
  private mutating func followCharges() {
    if case .charge(let question) = overlay, question.pending.id == snapshot.charges.first?.id { return }
    if case .charge = overlay { overlay = nil }
    guard overlay == nil, let pending = snapshot.charges.first else { return }
    overlay = .charge(ChargeOverlay(pending, of: snapshot.charges.count))
  }

  private var isAskingForTrust: Bool { if case .trust = overlay { true } else { false } }

  /// Takes an event: what lies over the panes first, then the focused pane, then the bindings that hold everywhere.
  package mutating func handle(_ event: Event) -> [Command] {
    if case .key = event {
      sentence = nil
      seenNotice = snapshot.notices.last?.id ?? seenNotice
    }
    if overlay != nil { return handleInOverlay(event) + wanted() }
    if case .mouse(let mouse) = event, mouse.point.y == 0 { return press(on: mouse) + wanted() }
    // It never ends what is being typed.
    if case .key(.control("c")) = event, !panes[focus].capturesText { return perform(.quit) }
    let reaction = panes[focus].react(to: event, snapshot)
    var commands = carryOut(reaction)
    if reaction.isIgnored, case .key(let key) = event,
      let binding = bindings.first(where: { $0.keys.contains(key) })
    {
      commands = perform(binding.action)
    }
    return commands + wanted()
  }

  private mutating func wanted() -> [Command] { panes[focus].update(snapshot) }

  /// Does what a pane's answer to an event says; returns its commands.
  mutating func carryOut(_ reaction: Reaction<Command>) -> [Command] {
    switch reaction {
    case .ignored, .handled: return []
    case .command(let command): return [command]
    case .notice(let text):
      sentence = text
      return []
    case .copy(let text, let what):
      request(.copy(text, what: what))
      return []
    case .show(let id, let subject):
      guard let index = entries.firstIndex(where: { $0.id == id }) else { return [] }
      let saved = show(index)
      if let subject { panes[index].reveal(subject, snapshot) }
      return saved
    case .all(let reactions): return reactions.flatMap { carryOut($0) }
    }
  }

  /// Moves the focus; the pane that loses it saves what is typed.
  mutating func show(_ index: Int) -> [Command] {
    guard index != focus, panes.indices.contains(index) else { return [] }
    chosen = panes[focus].chosen(snapshot) ?? chosen
    let saved = carryOut(panes[focus].leave(snapshot))
    focus = index
    if let chosen { panes[index].follow(chosen, snapshot) }
    return saved
  }

  private mutating func press(on mouse: MouseEvent) -> [Command] {
    guard case .press(.left) = mouse.action,
      let index = tabs(width: .max).firstIndex(where: { $0.range.contains(mouse.point.x) })
    else { return [] }
    return show(index)
  }

  // MARK: Overlays

  /// What lies over the panes and takes all events.
  enum Overlay: Sendable {
    case help(HelpOverlay)
    case palette(Palette)
    case messages(MessagesOverlay)
    case question(QuitQuestion)
    case trust(TrustOverlay)
    case charge(ChargeOverlay)
  }

  private mutating func handleInOverlay(_ event: Event) -> [Command] {
    switch overlay {
    case .help(var help):
      overlay = help.handle(event) ? .help(help) : nil
    case .messages(var messages):
      overlay = messages.handle(event) ? .messages(messages) : nil
    case .trust(var question):
      let answer = question.answer(to: event)
      overlay = answer == nil ? .trust(question) : nil
      if case .trust(let permissions)? = answer { return [.trust(permissions)] }
    case .charge(var question):
      let answer = question.answer(to: event)
      overlay = answer == nil ? .charge(question) : nil
      defer { followCharges() }
      if let answer {
        let id = question.pending.id
        snapshot.charges.removeAll { $0.id == id }
        return [.answerCharge(id, isAgreed: answer)]
      }
    case .question(let question):
      switch question.answer(to: event) {
      case .leave: isDone = true
      case .stay: overlay = nil
      case nil: break
      }
    case .palette(var palette):
      let outcome = palette.handle(event)
      overlay = .palette(palette)
      switch outcome {
      case .open: preview(palette.selected)
      case .closed:
        theme = palette.themeBefore
        overlay = nil
      case .chosen(let entry):
        overlay = nil
        return run(entry)
      }
    case nil: break
    }
    return []
  }

  private mutating func preview(_ entry: Palette.Entry?) {
    guard case .palette(let palette) = overlay else { return }
    if case .theme(let name) = entry?.action, let chosen = themes.first(where: { $0.name == name }) {
      theme = chosen
    } else {
      theme = palette.themeBefore
    }
  }

  private mutating func run(_ entry: Palette.Entry) -> [Command] {
    switch entry.action {
    case .screen(let action): return perform(action)
    case .theme(let name):
      theme = themes.first { $0.name == name } ?? theme
      return []
    case .command(let command): return [command]
    case .show(let pane, let subject): return carryOut(.show(pane, subject: subject))
    case .pane(let index, let hint):
      let saved = show(index)
      return saved + carryOut(panes[index].perform(hint, snapshot))
    }
  }

  /// Commands that save whatever can be saved, for an end without a question.
  package mutating func leave() -> [Command] { panes.indices.flatMap { carryOut(panes[$0].leave(snapshot)) } }

  /// Saves what is typed and ends; asks first while there is something to lose, and waits for what is being saved.
  mutating func quit() -> [Command] {
    let saved = leave()
    let question = QuitQuestion(
      runs: snapshot.progress.count, unsaved: panes.flatMap(\.unsavedTitles),
      unkept: snapshot.unkeptDrafts.sorted { $0.key.description < $1.key.description }.map(\.value),
      isSaving: panes.contains(where: \.isSaving))
    isDone = !question.hasReason
    overlay = isDone ? nil : .question(question)
    return saved
  }
}
