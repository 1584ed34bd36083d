import Drawing
import Testing

@Suite struct LineFieldTests {
  @Test func typesAndSubmits() {
    var field = LineField(prompt: "/")
    #expect(field.handle(.key("a")) == .changed)
    #expect(field.handle(.key(.left)) == .handled)
    #expect(field.handle(.key("作")) == .changed)
    #expect(field.handle(.key(.enter)) == .submitted("作a"))
    #expect(field.handle(.key(.tab)) == .ignored)
    #expect(field.handle(.key(.escape)) == .canceled)
  }

  @Test func backspaceInAnEmptyLineCancels() {
    var field = LineField()
    #expect(field.handle(.key("a")) == .changed)
    #expect(field.handle(.key(.backspace)) == .changed)
    #expect(field.handle(.key(.backspace)) == .canceled)
  }

  @Test func historyIsOnTheArrows() {
    var field = LineField(history: ["one", "two"])
    _ = field.handle(.key("x"))
    #expect(field.handle(.key(.up)) == .changed)
    #expect(field.text == "two")
    _ = field.handle(.key(.up))
    #expect(field.text == "one")
    #expect(field.handle(.key(.up)) == .handled)
    _ = field.handle(.key(.down))
    _ = field.handle(.key(.down))
    #expect(field.text == "x")
    #expect(field.handle(.key(.down)) == .handled)
  }

  @Test func pastedLinesBecomeOne() {
    var field = LineField()
    #expect(field.handle(.paste("a\nb\n")) == .changed)
    #expect(field.text == "a b")
  }

  @Test func theCursorStaysInView() {
    var field = LineField(prompt: "> ", placeholder: "type")
    var surface = Surface(width: 8, height: 1)
    field.draw(in: surface.bounds, focused: true, on: &surface, theme: .dark)
    #expect(surface.text() == "> type")
    #expect(surface.cursor == Point(x: 2, y: 0))
    field.setText("abcdef作業")
    field.draw(in: surface.bounds, focused: true, on: &surface, theme: .dark)
    #expect(surface.text() == "> f作業")
    #expect(surface.cursor == Point(x: 7, y: 0))
    for width in 0...3 {
      field.draw(in: Rect(x: 0, y: 0, width: width, height: 1), focused: true, on: &surface, theme: .dark)
    }
  }
}
