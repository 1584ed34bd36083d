/// Divides a space in two, with a line between them that the mouse can drag.
package struct Splitter: Hashable, Sendable {
  /// How the two parts lie.
  package enum Axis: Hashable, Sendable {
    /// Left and right of each other.
    case sideBySide
    /// Above and below each other.
    case stacked
  }

  /// How the two parts lie.
  package var axis: Axis
  /// The share of the first part, 0.1 to 0.9.
  package private(set) var ratio: Double

  private var area = Rect.empty
  private var divider = Rect.empty
  private var isDragging = false

  package init(_ axis: Axis = .sideBySide, ratio: Double = 0.5) {
    self.axis = axis
    self.ratio = Splitter.clamped(ratio)
  }

  /// The two parts of `rect`, and remembers the line between them for the mouse.
  package mutating func split(_ rect: Rect) -> (first: Rect, second: Rect) {
    area = rect
    let length = axis == .sideBySide ? rect.width : rect.height
    let first = Int((Double(max(0, length - 1)) * ratio).rounded())
    let extents: [Extent] = [.fixed(first), .fixed(length > 0 ? 1 : 0), .rest]
    let parts = axis == .sideBySide ? rect.columns(extents) : rect.rows(extents)
    divider = parts[1]
    return (parts[0], parts[2])
  }

  /// Takes the mouse events of a drag; false for all others.
  package mutating func handle(_ event: Event) -> Bool {
    guard case .mouse(let mouse) = event else { return false }
    switch mouse.action {
    case .press(.left) where divider.contains(mouse.point): isDragging = true
    case .drag(.left) where isDragging:
      let length = (axis == .sideBySide ? area.width : area.height) - 1
      let place = axis == .sideBySide ? mouse.point.x - area.x : mouse.point.y - area.y
      if length > 0 { ratio = Splitter.clamped(Double(place) / Double(length)) }
    case .release where isDragging: isDragging = false
    default: return false
    }
    return true
  }

  /// Gives the first part more (or less) of the space.
  package mutating func grow(by share: Double) { ratio = Splitter.clamped(ratio + share) }

  /// Draws the line between the parts.
  package func draw(on surface: inout Surface, theme: Theme) {
    let style = theme[isDragging ? .borderFocused : .border]
    switch axis {
    case .sideBySide: surface.verticalLine(at: divider.origin, length: divider.height, style: style, clip: divider)
    case .stacked: surface.horizontalLine(at: divider.origin, length: divider.width, style: style, clip: divider)
    }
  }

  private static func clamped(_ ratio: Double) -> Double { ratio.isFinite ? min(0.9, max(0.1, ratio)) : 0.5 }
}
