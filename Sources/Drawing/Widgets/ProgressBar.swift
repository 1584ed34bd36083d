/// How far something is, as a bar with the percentage, so that it says it without colour too.
package struct ProgressBar: Hashable, Sendable {
  /// 0 to 1; nil while it isn't known.
  package var fraction: Double?
  /// Words after the bar, such as `40/100`.
  package var label: String

  package init(fraction: Double?, label: String = "") {
    self.fraction = fraction
    self.label = label
  }

  private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

  /// Draws it into the first row of `rect`: the bar, the percentage, the label as far as it fits.
  package func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    guard !rect.isEmpty else { return }
    let known = fraction.map { $0.isFinite ? min(1, max(0, $0)) : 0 }
    let percent = known.map { TextWidth.pad("\(Int(($0 * 100).rounded(.down))) %", to: 5, .right) } ?? "  … "
    var words = label.isEmpty ? percent : "\(percent)  \(label)"
    if rect.width - TextWidth.columns(of: words) < 6 { words = percent }
    let width = rect.width - TextWidth.columns(of: words) - 1
    guard width >= 3 else {
      surface.write([Span(words)], in: rect)
      return
    }
    let full = Int((known ?? 0) * Double(width * 8))
    let filled = String(repeating: "█", count: full / 8) + ProgressBar.eighths[full % 8]
    surface.write(String(repeating: "░", count: width), at: rect.origin, style: theme[.progressEmpty], clip: rect)
    surface.write(filled, at: rect.origin, style: theme[.progressFilled], clip: rect)
    surface.write(words, at: Point(x: rect.x + width + 1, y: rect.y), clip: rect)
  }
}
