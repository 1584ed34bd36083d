import CNcurses
import Drawing

/// How many colours a terminal shows, and how the exact colours of a theme become those.
package enum ColorDepth: Hashable, Sendable {
  /// Attributes only.
  case none
  /// The first 8 or 16 colours, which the user has configured.
  case basic(Int)
  /// The 256 of xterm.
  case palette
  /// Any, as red, green and blue.
  case direct

  /// The depth for a terminal with so many colours; `NO_COLOR` wins.
  static func of(colors: Int, environment: [String: String]) -> ColorDepth {
    if let wish = environment["NO_COLOR"], !wish.isEmpty { return .none }
    switch colors {
    case ..<8: return .none
    case ..<256: return .basic(colors >= 16 ? 16 : 8)
    case 256: return .palette
    default: return .direct
    }
  }

  /// The number by which ncurses knows a colour at this depth; -1 is the terminal's own.
  func number(of color: Color) -> Int32 {
    switch self {
    case .none: return -1
    case .basic(let count): return color.nearest(in: 0..<count).map(Int32.init) ?? -1
    case .palette:
      if case .palette(let index) = color.kind { return Int32(index) }
      // Not the first 16: those may look like anything.
      return color.nearest(in: 16..<256).map(Int32.init) ?? -1
    case .direct:
      guard let (red, green, blue) = color.components else { return -1 }
      // The lowest eight numbers mean the basic colours there.
      let value = Int32(red) << 16 | Int32(green) << 8 | Int32(blue)
      return value < 8 && value > 0 ? 8 : value
    }
  }
}

/// How styles are drawn with the colours that there are; ncurses numbers pairs of them, each at its first use.
struct ColorPairs {
  private struct Pair: Hashable {
    var foreground: Color
    var background: Color
  }

  /// What ncurses needs to know to draw a cell.
  struct Look {
    var pair: Int32
    var attributes: Attributes
  }

  private let depth: ColorDepth
  private let capacity: Int32
  private var looks: [Style: Look] = [:]
  private var numbers: [Pair: Int32] = [:]
  private var ground = Pair(foreground: .default, background: .default)
  private var count: Int32 = 0

  init(_ depth: ColorDepth) {
    self.depth = depth
    capacity = min(cn_pairs(), 0x7FFF)
  }

  /// Makes the colours of most cells those in which the terminal stays between updates, so that typing a character
  /// sends that character alone; false if they are already.
  mutating func setGround(_ style: Style) -> Bool {
    let pair = Pair(foreground: style.foreground, background: style.background)
    guard pair != ground else { return false }
    ground = pair
    looks = [:]
    if depth != .none { cn_set_ground(depth.number(of: pair.foreground), depth.number(of: pair.background)) }
    return true
  }

  /// How to draw a style, as well as this terminal can.
  mutating func look(of style: Style) -> Look {
    if let look = looks[style] { return look }
    var look = Look(pair: 0, attributes: style.attributes)
    if isLost(style.background) { look.attributes.formSymmetricDifference(.reverse) }
    let pair = Pair(foreground: style.foreground, background: style.background)
    if depth != .none, pair != ground { look.pair = number(of: pair) }
    looks[style] = look
    return look
  }

  /// True if a background that stands out in the theme doesn't with the few colours there are.
  private func isLost(_ background: Color) -> Bool {
    guard depth != .palette, depth != .direct, background != .default else { return false }
    return depth.number(of: background) == depth.number(of: ground.background)
      && background.standsOut(from: ground.background)
  }

  /// The pair for two colours; the ground's if there is none left.
  private mutating func number(of pair: Pair) -> Int32 {
    if let number = numbers[pair] { return number }
    guard count + 1 < capacity else { return 0 }
    var foreground = depth.number(of: pair.foreground)
    let background = depth.number(of: pair.background)
    if foreground == background, foreground >= 0, pair.foreground != pair.background {
      foreground = background == 0 ? 7 : 0  // text must not vanish where colours are few
    }
    guard cn_set_pair(count + 1, foreground, background) else { return 0 }
    count += 1
    numbers[pair] = count
    return count
  }

}

extension Color {
  /// True if the eye tells a ground of this colour from the other: selections are, raised parts need not be.
  fileprivate func standsOut(from other: Color) -> Bool {
    guard let own = components, let others = other.components else {
      return components != nil || other.components != nil
    }
    let differences = [(own.red, others.red), (own.green, others.green), (own.blue, others.blue)]
    return differences.contains { abs(Int($0) - Int($1)) > 20 }
  }
}
