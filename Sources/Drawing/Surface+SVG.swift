extension Surface {
  /// The surface as an SVG picture in a terminal window, for documents.
  ///
  /// Colours are exact where the theme's are; palette colours and default ones are those of a common terminal.
  package func svg(title: String = "") -> String {
    let (advance, leading) = (8.4, 18.0)
    let (margin, bar) = (14.0, 30.0)
    let width = Double(size.width) * advance + 2 * margin
    let height = Double(size.height) * leading + 2 * margin + bar
    let ground = SVG.hex(self.size.width * self.size.height > 0 ? self[0, 0].style.background : .default) ?? "#101418"
    var parts = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(SVG.number(width)) \(SVG.number(height))" \
      font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">
      """,
      "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"\(ground)\"/>",
      "<text x=\"50%\" y=\"20\" fill=\"#8a94a3\" text-anchor=\"middle\" font-size=\"12\">\(SVG.escaped(title))</text>",
    ]
    for (index, color) in ["#e8695f", "#e6b450", "#6cbf73"].enumerated() {
      parts.append("<circle cx=\"\(18 + index * 18)\" cy=\"16\" r=\"5.5\" fill=\"\(color)\"/>")
    }
    for run in styledRuns() {
      let x = margin + Double(run.origin.x) * advance
      let y = bar + margin + Double(run.origin.y) * leading
      let length = Double(run.columns) * advance
      let (foreground, background) = SVG.colors(run.style, ground: ground)
      if background != ground {
        parts.append(
          """
          <rect x="\(SVG.number(x))" y="\(SVG.number(y))" width="\(SVG.number(length))" \
          height="\(SVG.number(leading))" fill="\(background)"/>
          """)
      }
      guard run.text.contains(where: { $0 != " " }) else { continue }
      parts.append(
        """
        <text x="\(SVG.number(x))" y="\(SVG.number(y + 13.5))" textLength="\(SVG.number(length))" \
        lengthAdjust="spacingAndGlyphs" xml:space="preserve" fill="\(foreground)"\(SVG.attributes(run.style))>\
        \(SVG.escaped(run.text))</text>
        """)
    }
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }
}

private enum SVG {
  static func colors(_ style: Style, ground: String) -> (foreground: String, background: String) {
    let foreground = hex(style.foreground) ?? "#c8d0da"
    let background = hex(style.background) ?? ground
    return style.attributes.contains(.reverse) ? (background, foreground) : (foreground, background)
  }

  static func hex(_ color: Color) -> String? {
    color.components.map { "#" + [$0.red, $0.green, $0.blue].map(pair).joined() }
  }

  static func attributes(_ style: Style) -> String {
    var result = ""
    if style.attributes.contains(.bold) { result += " font-weight=\"bold\"" }
    if style.attributes.contains(.italic) { result += " font-style=\"italic\"" }
    if style.attributes.contains(.dim) { result += " opacity=\"0.65\"" }
    let lines = [(Attributes.underline, "underline"), (.strikethrough, "line-through")]
    let decoration = lines.filter { style.attributes.contains($0.0) }.map(\.1)
    if !decoration.isEmpty { result += " text-decoration=\"\(decoration.joined(separator: " "))\"" }
    return result
  }

  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }

  /// With one digit after the point, so that the files stay small.
  static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  private static func pair(_ value: UInt8) -> String {
    let text = String(value, radix: 16)
    return text.count == 1 ? "0" + text : text
  }
}
