import Domain
import Drawing
import WorkbenchCore

extension CasesPane {
  /// Takes typing, moving about in the table and the case, the mouse and pasted text.
  package mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    sync(snapshot)
    if case .key = event { saved = nil }
    if question != nil { return handleQuestion(event, snapshot) }
    if finder.isTyping {
      typeSearch(event, snapshot)
      return .handled
    }
    if isSplit, isStacked ? rowsSplitter.handle(event) : columnsSplitter.handle(event) { return .handled }
    if draft != nil { return type(event, snapshot) }
    guard let target = panels.target(of: event) else { return .ignored }
    // A press that does no more than give the focus is used, too.
    let isPress = if case .mouse(let mouse) = event, case .press = mouse.action { true } else { false }
    guard target == .table else { return detailView.handle(event) || isPress ? .handled : .ignored }
    let before = table.selection
    guard table.handle(event, rows(snapshot)) else { return isPress ? .handled : .ignored }
    if table.selection != before { detailView.scrollToTop() }
    return .handled
  }

  private mutating func type(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    let before = draft?.editor.revision
    guard draft?.editor.handle(event) == true else { return .ignored }
    draft?.flaw = nil
    return draft?.editor.revision == before ? .handled : keep(snapshot)
  }

  mutating func typeSearch(_ event: Event, _ snapshot: Snapshot) {
    switch finder.handle(event) {
    case .changed: detailView.scrollToTop()
    case .submitted: break
    case .ignored, .handled:
      // The table can be looked through while searching.
      if case .mouse = event { _ = table.handle(event, rows(snapshot)) }
    }
  }

  mutating func handleQuestion(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    switch question {
    case .part(var list):
      let parts = set(snapshot).map { filter.parts(of: $0, in: marks(snapshot, $0).first) } ?? []
      if case .key(.enter) = event {
        choose(list.selected(in: parts)?.kind ?? .all)
        question = nil
        detailView.scrollToTop()
      } else if [.key(.escape), .key("q")].contains(event) {
        question = nil
      } else {
        _ = list.handle(event, parts)
        question = .part(list)
      }
    case .restore, .delete, .discard: return hasBinding(for: event, snapshot) ? .ignored : .handled
    case nil: break
    }
    return .handled
  }

  /// Shows a part of the cases: a tag and what became of the answers narrow each other.
  private mutating func choose(_ part: CaseFilter.Part.Kind) {
    switch part {
    case .all: (tag, standing) = (nil, nil)
    case .standing(let chosen): standing = chosen
    case .tag(let chosen): tag = chosen
    }
  }
}
