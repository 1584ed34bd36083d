import Drawing

/// Asked before leaving while evaluations are under way, or a text can't be saved; while one is being saved, it waits in
/// the bottom line.
struct QuitQuestion: Sendable {
  let runs: Int
  let unsaved: [String]
  /// Why some of that can't be kept as a draft either.
  var unkept: [String] = []
  let isSaving: Bool

  /// Whether there is anything to ask or to wait for.
  var hasReason: Bool { runs > 0 || !unsaved.isEmpty || isSaving }

  enum Answer { case leave, stay }

  /// What a key means; nil when it means nothing here.
  func answer(to event: Event) -> Answer? {
    switch event {
    case .key("y"), .key("q"), .key(.enter), .key(.control("c")): .leave
    case .key("n"), .key(.escape): .stay
    default: nil
    }
  }

  /// What would happen.
  var text: String {
    var sentences: [String] = []
    if !unsaved.isEmpty {
      let names = unsaved.joined(separator: ", ")
      sentences.append(
        "What you typed in \(names) is not saved: its file changed or can't be written, or it doesn't read well.")
      if let reason = unkept.first {
        sentences.append("It can't be put aside either, so quitting loses it: \(reason)")
      } else {
        sentences.append("Quitting puts it aside, and editing there again offers it.")
      }
    }
    if runs > 0 {
      let what = runs == 1 ? "An evaluation is" : "\(runs) evaluations are"
      sentences.append(
        "\(what) under way: what is answered is kept, and running it again goes on from there. Training jobs go on by "
          + "themselves.")
    }
    return sentences.joined(separator: " ")
  }

  func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    guard !text.isEmpty else { return }
    let box = Overlays.box(in: rect, width: 60, height: 10)
    let inner = Overlays.frame(box, title: "Quit?", on: &surface, theme: theme)
    var y = inner.y
    for line in TextWidth.wrap(text, to: inner.width) where y < inner.maxY - 1 {
      surface.write(line, at: Point(x: inner.x, y: y), style: theme[.overlay], clip: inner)
      y += 1
    }
    let keys = [
      Span("y", theme[.key]), Span(" quit   ", theme[.overlay]), Span("n", theme[.key]), Span(" stay", theme[.overlay]),
    ]
    surface.write(keys, at: Point(x: inner.x, y: inner.maxY - 1), clip: inner)
  }
}
