import CNcurses
import Drawing

/// How many colours a terminal shows, and how the exact colours of a theme become those.
public enum ColorDepth: Hashable, Sendable {
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

/// Hands out ncurses' numbers for pairs of colours, each at its first use.
struct ColorPairs {
  private struct Pair: Hashable {
    var foreground: Color
    var background: Color
  }

  private let depth: ColorDepth
  private let capacity: Int32
  private var numbers: [Pair: Int32] = [:]
  private var ground = Pair(foreground: .default, background: .default)

  init(_ depth: ColorDepth) {
    self.depth = depth
    capacity = min(cn_pairs(), 0x7FFF)
  }

  /// Makes the colours of most cells those in which the terminal stays between updates, so that typing a character
  /// sends that character alone; false if they are already.
  mutating func setGround(_ style: Style) -> Bool {
    let pair = Pair(foreground: style.foreground, background: style.background)
    guard depth != .none, pair != ground else { return false }
    guard cn_set_ground(depth.number(of: pair.foreground), depth.number(of: pair.background)) else { return false }
    ground = pair
    return true
  }

  /// The pair for a style; the terminal's own colours if there is none left.
  mutating func number(of style: Style) -> Int32 {
    let pair = Pair(foreground: style.foreground, background: style.background)
    if depth == .none || pair == ground { return 0 }
    if let number = numbers[pair] { return number }
    let next = Int32(numbers.count) + 1
    guard next < capacity else { return 0 }
    let isSet = cn_set_pair(next, depth.number(of: pair.foreground), depth.number(of: pair.background))
    numbers[pair] = isSet ? next : 0
    return isSet ? next : 0
  }
}
