import Testing

@testable import Drawing

@Suite struct SurfaceTests {
  @Test func writesAndDumps() {
    var surface = Surface(width: 10, height: 2)
    #expect(surface.write("hé作x", at: Point(x: 1, y: 0)) == 5)
    #expect(surface.text() == " hé作x")
    #expect(surface[3, 0].columns == 2)
    #expect(surface[4, 0].columns == 0)
  }

  @Test func nothingIsDrawnOutside() {
    var surface = Surface(width: 4, height: 1)
    #expect(surface.write("abcdef", at: Point(x: 2, y: 0)) == 2)
    surface.write("zz", at: Point(x: 0, y: 1))
    surface.write("zz", at: Point(x: 0, y: -1))
    surface.write("xyz", at: Point(x: -2, y: 0))
    #expect(surface.text() == "z ab")
  }

  @Test func aWideCharacterThatDoesNotFitIsLeftOut() {
    var surface = Surface(width: 3, height: 1)
    #expect(surface.write("a作業", at: Point(x: 0, y: 0)) == 3)
    #expect(surface.write("作", at: Point(x: 2, y: 0)) == 0)
    #expect(surface.text() == "a作")
    surface.write("作", at: Point(x: 0, y: 0), clip: Rect(x: 1, y: 0, width: 2, height: 1))
    #expect(surface.text() == "a作")
  }

  @Test func overwritingHalfOfAWideCharacterEmptiesTheOtherHalf() {
    var surface = Surface(width: 6, height: 1)
    surface.write("作業", at: Point(x: 0, y: 0))
    surface.write("x", at: Point(x: 1, y: 0))
    #expect(surface.text() == " x業")
    surface.write("y", at: Point(x: 2, y: 0))
    #expect(surface.text() == " xy")
  }

  @Test(arguments: ["\u{1B}[31mred\u{1B}[0m", "\u{1B}]0;title\u{07}", "\u{9B}2J", "a\u{202E}b", "\r\n\t\u{0B}\u{7F}"])
  func noControlCharacterStays(text: String) {
    var surface = Surface(width: 40, height: 1)
    surface.write(text, at: Point(x: 0, y: 0))
    for cell in surface.cells {
      for scalar in cell.glyph.scalars {
        #expect(![.control, .format].contains(scalar.properties.generalCategory))
      }
    }
  }

  @Test func coloursLeftOpenShowWhatLiesBeneath() {
    var surface = Surface(width: 3, height: 1)
    surface.fill(surface.bounds, style: Style(.palette(1), on: .palette(2), .reverse))
    surface.write("x", at: Point(x: 1, y: 0), style: Style(.palette(3), on: .default, .bold))
    #expect(surface[1, 0].style == Style(.palette(3), on: .palette(2), [.bold, .reverse]))
    surface.fill(Rect(x: 1, y: 0, width: 1, height: 1))
    #expect(surface[1, 0].style == .plain)
  }

  @Test func framesHaveTitles() {
    var surface = Surface(width: 12, height: 3)
    let inner = surface.frame(surface.bounds, title: "Cases 作業")
    #expect(
      surface.text() == """
        ╭─ Cases… ─╮
        │          │
        ╰──────────╯
        """)
    #expect(inner == Rect(x: 1, y: 1, width: 10, height: 1))
    #expect(surface.frame(Rect(x: 0, y: 0, width: 1, height: 1)) == Rect(x: 0, y: 0, width: 1, height: 1))
  }

  @Test func spansAreAlignedAndCut() {
    var surface = Surface(width: 10, height: 3)
    surface.write([Span("ab"), Span("cd")], in: Rect(x: 0, y: 0, width: 10, height: 1), .right)
    surface.write([Span("abcdef"), Span("ghijkl")], in: Rect(x: 0, y: 1, width: 10, height: 1))
    surface.write([Span("abcde"), Span("fg")], in: Rect(x: 0, y: 2, width: 5, height: 1))
    #expect(surface.text() == "      abcd\nabcdefghi…\nabcd…")
  }

  @Test func randomWritesKeepWideCharactersWhole() {
    var random = SmallRandom(seed: 7)
    let texts = ["作業", "a", "👩‍🚀x", "e\u{301}", "\u{1B}[J", "한국어 text", "🇩🇪", "─│"]
    var surface = Surface(width: 23, height: 5)
    for _ in 0..<5000 {
      let place = Point(x: random.next(in: -4...25), y: random.next(in: -1...5))
      let clip = Rect(
        x: random.next(in: -2...20), y: random.next(in: 0...4), width: random.next(in: 0...20),
        height: random.next(in: 0...5))
      switch random.next(in: 0...3) {
      case 0: surface.fill(clip, style: Style(.palette(UInt8(random.next(in: 0...9)))))
      case 1: surface.frame(clip, title: texts[random.next(in: 0...7)])
      default: surface.write(texts[random.next(in: 0...7)], at: place, clip: random.next(in: 0...1) == 0 ? clip : nil)
      }
      #expect(surface.isWhole)
      if !surface.isWhole { break }
    }
  }

  @Test func applyingTheDifferenceGivesTheNewSurface() {
    var random = SmallRandom(seed: 11)
    let texts = ["作業", "a", "👩‍🚀x", "plain text", "한국어"]
    var old = Surface(width: 31, height: 4)
    for _ in 0..<500 {
      var new = old
      for _ in 0..<random.next(in: 0...4) {
        new.write(texts[random.next(in: 0...4)], at: Point(x: random.next(in: 0...30), y: random.next(in: 0...3)))
      }
      var patched = old.cells
      for run in new.difference(from: old) {
        #expect(new[run.columns.lowerBound, run.y].columns > 0)
        #expect(run.columns.upperBound == 31 || new[run.columns.upperBound, run.y].columns > 0)
        for x in run.columns { patched[run.y * 31 + x] = new[x, run.y] }
      }
      #expect(patched == new.cells)
      old = new
    }
  }

  @Test func anotherSizeIsDifferentAltogether() {
    let small = Surface(width: 2, height: 2)
    #expect(Surface(width: 3, height: 1).difference(from: small) == [ChangedRun(y: 0, columns: 0..<3)])
    #expect(small.difference(from: small).isEmpty)
    #expect(Surface(width: 0, height: 5).difference(from: small).isEmpty)
  }

  @Test func aCellTakesSixteenBytes() {
    #expect(MemoryLayout<Cell>.stride == 16)
  }

  @Test func svgShowsTextSafely() {
    var surface = Surface(width: 20, height: 2)
    surface.fill(surface.bounds, style: Theme.dark[.text])
    surface.write("<b>&作", at: Point(x: 0, y: 0), style: Style(.rgb(255, 0, 0), on: .default, .bold))
    let svg = surface.svg(title: "A < B")
    #expect(svg.contains("&lt;b&gt;&amp;作"))
    #expect(svg.contains("A &lt; B"))
    #expect(svg.contains("fill=\"#ff0000\" font-weight=\"bold\""))
  }
}

extension Surface {
  /// No half of a wide glyph stands alone.
  fileprivate var isWhole: Bool {
    (0..<size.height).allSatisfy { y in
      (0..<size.width).allSatisfy { x in
        switch self[x, y].columns {
        case 0: x > 0 && self[x - 1, y].columns == 2
        case 2: x + 1 < size.width && self[x + 1, y].columns == 0
        default: true
        }
      }
    }
  }
}

/// The same numbers in every run.
struct SmallRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(in range: ClosedRange<Int>) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + Int((state >> 33) % UInt64(range.count))
  }
}
