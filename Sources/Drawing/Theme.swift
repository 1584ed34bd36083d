/// A style for each name, and what the theme calls itself.
package struct Theme: Equatable, Sendable {
  /// The name to choose it by: that of its file.
  package let name: String
  /// One line about it, for the list of themes.
  package let summary: String
  private let styles: [Style]

  /// Makes a theme from the styles it mentions; the others fall back to their parents.
  package init(name: String, summary: String = "", styles: [StyleName: Style]) {
    self.name = name
    self.summary = summary
    self.styles = StyleName.allCases.map { style in
      var candidate: StyleName? = style
      while let current = candidate {
        if let found = styles[current] { return found }
        candidate = current.parent
      }
      return .plain
    }
  }

  /// The style with this name.
  package subscript(name: StyleName) -> Style { styles[name.rawValue] }

  /// The style with this name as it looks on plain ground: its default colours are those of `text`.
  package func resolved(_ name: StyleName) -> Style {
    let style = self[name]
    return Style(
      style.foreground == .default ? self[.text].foreground : style.foreground,
      on: style.background == .default ? self[.text].background : style.background, style.attributes)
  }
}
