import Foundation
import Testing

@testable import Drawing

@Suite struct ThemeTests {
  @Test func namesAreTheWordsOfTheCases() {
    #expect(StyleName.borderFocused.name == "border.focused")
    #expect(StyleName.searchMatchCurrent.name == "search.match.current")
    #expect(StyleName("diff.added") == .diffAdded)
    #expect(StyleName("nonsense") == nil)
  }

  @Test func parentsAreTheWordsBefore() {
    #expect(StyleName.borderFocused.parent == .border)
    #expect(StyleName.searchMatchCurrent.parent == .searchMatch)
    #expect(StyleName.searchMatch.parent == nil)
    #expect(StyleName.text.parent == nil)
  }

  @Test func whatIsNotMentionedFallsBack() {
    let theme = Theme.parse("border = red bold\njson = 14", name: "t").theme
    #expect(theme[.borderFocused] == Style(.palette(1), on: .default, .bold))
    #expect(theme[.jsonKey] == Style(.palette(14)))
    #expect(theme[.title] == .plain)
  }

  @Test func readsColoursAndAttributes() {
    let (theme, warnings) = Theme.parse(
      """
      about A test
      # a remark
      $a = #0a0b0c

      text = $a on bright-red
      title = default on 200 bold italic underline dim reverse strikethrough
      """, name: "t")
    #expect(warnings.isEmpty)
    #expect(theme.summary == "A test")
    #expect(theme[.text] == Style(.rgb(10, 11, 12), on: .palette(9)))
    #expect(
      theme[.title]
        == Style(.default, on: .palette(200), [.bold, .italic, .underline, .dim, .reverse, .strikethrough]))
  }

  @Test func flawsAreNamedAndTheRestCounts() {
    let (theme, warnings) = Theme.parse(
      """
      bordr.focused = red
      text = #12345 bold
      $x = nothing
      title bold
      key = reed blod
      error = red
      error = green
      """, name: "t")
    #expect(
      warnings.map(\.description) == [
        "line 1: there is no style bordr.focused; did you mean border.focused?",
        "line 2: “#12345” is neither a colour nor an attribute",
        "line 3: $x needs one colour such as #5fb3c8",
        "line 4: expected NAME = STYLE, found “title bold”",
        "line 5: “reed” is neither a colour nor an attribute; did you mean red?",
        "line 5: “blod” is neither a colour nor an attribute; did you mean bold?",
        "line 7: error is set twice; this one counts",
      ])
    #expect(theme[.text].attributes == .bold)
    #expect(theme[.error] == Style(.palette(2)))
  }

  @Test(arguments: ThemeFiles.names)
  func everyFileIsFlawless(name: String) throws {
    let (theme, warnings) = Theme.parse(try ThemeFiles.text(name), name: name)
    #expect(warnings.isEmpty)
    #expect(!theme.summary.isEmpty)
  }

  @Test func everyFileIsBuiltIn() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: ThemeFiles.folder.path).sorted()
    #expect(files == Theme.builtInFiles.map { $0.name + ".theme" })
    for file in Theme.builtInFiles { #expect(Array(try ThemeFiles.text(file.name).utf8) == file.bytes) }
    #expect(Theme.builtIn.map(\.name) == ThemeFiles.names)
    #expect(Theme.dark.name == "dark" && Theme.dark[.text] == Theme.builtIn[0][.text])
  }

  @Test(arguments: ThemeFiles.names.filter { $0 != "monochrome" })
  func textIsReadable(name: String) throws {
    let theme = Theme.parse(try ThemeFiles.text(name), name: name).theme
    for style in StyleName.allCases where !StyleName.lines.contains(style) {
      let look = theme.resolved(style)
      let contrast = try #require(Color.contrast(look.foreground, look.background))
      #expect(contrast >= 4.5, "\(style.name): \(contrast)")
    }
    // Text keeps its colour in a selected row, on the status line and in overlays.
    let inks: [StyleName] = [.text, .textDim, .textStrong, .good, .bad, .warning, .info, .tag, .key, .jsonString]
    for ground in [StyleName.selection, .selectionUnfocused, .status, .overlay] {
      for ink in inks {
        let contrast = try #require(
          Color.contrast(theme.resolved(ink).foreground, theme.resolved(ground).background))
        #expect(contrast >= 4.5, "\(ink.name) on \(ground.name): \(contrast)")
      }
    }
  }

  @Test(arguments: ThemeFiles.names)
  func whatMattersIsNotToldByColourAlone(name: String) throws {
    let theme = Theme.parse(try ThemeFiles.text(name), name: name).theme
    #expect(theme[.diffAdded].attributes != theme[.diffRemoved].attributes)
    #expect(theme.resolved(.selection) != theme.resolved(.text))
    #expect(theme.resolved(.selection) != theme.resolved(.selectionUnfocused))
    #expect(theme.resolved(.borderFocused) != theme.resolved(.border))
  }

  @Test func monochromeHasNoColour() throws {
    let theme = Theme.parse(try ThemeFiles.text("monochrome"), name: "monochrome").theme
    for style in StyleName.allCases {
      #expect(theme[style].foreground == .default && theme[style].background == .default)
    }
  }
}

@Suite struct ColorTests {
  @Test func nearestColours() {
    #expect(Color.rgb(255, 0, 0).nearest(in: 16..<256) == 196)
    #expect(Color.rgb(0, 0, 0).nearest(in: 16..<256) == 16)
    #expect(Color.rgb(198, 208, 221).nearest(in: 16..<256) == 252)
    #expect(Color.rgb(128, 0, 0).nearest(in: 0..<8) == 1)
    #expect(Color.palette(3).nearest(in: 0..<8) == 3)
    #expect(Color.default.nearest(in: 0..<8) == nil)
  }

  @Test func kinds() {
    #expect(Color.rgb(1, 2, 3).kind == .rgb(1, 2, 3))
    #expect(Color.palette(7).kind == .palette(7))
    #expect(Color.default.kind == .default)
  }
}

enum ThemeFiles {
  static let names = ["dark", "ember", "fjord", "high-contrast", "light", "monochrome"]

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "themes")

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: "\(name).theme"), encoding: .utf8)
  }
}

extension StyleName {
  /// Lines and bars, which nobody reads.
  fileprivate static let lines: Set<StyleName> = [
    .border, .scrollbar, .progressEmpty, .interval, .badge,
  ]
}

extension Color {
  /// The contrast ratio of WCAG 2, 1 to 21.
  fileprivate static func contrast(_ first: Color, _ second: Color) -> Double? {
    guard let first = first.luminance, let second = second.luminance else { return nil }
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  private var luminance: Double? {
    components.map { color in
      func linear(_ value: UInt8) -> Double {
        let share = Double(value) / 255
        return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
    }
  }
}
