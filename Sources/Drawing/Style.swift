/// A colour of text or ground.
///
/// `default` means what lies beneath: a style that leaves a colour at default keeps the one that is on the surface
/// already, and an untouched surface has the terminal's own.
package struct Color: Hashable, Sendable {
  /// What lies beneath.
  package static let `default` = Color(bits: 0)

  let bits: UInt32

  /// An exact colour, each part 0 to 255.
  package static func rgb(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Color {
    Color(bits: 0x0200_0000 | UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue))
  }

  /// One of the terminal's 256 colours; the first 16 look as the user configured them.
  package static func palette(_ index: UInt8) -> Color { Color(bits: 0x0100_0000 | UInt32(index)) }

  /// The three ways to name a colour, to switch over.
  package enum Kind: Hashable, Sendable {
    /// What lies beneath.
    case `default`
    /// An entry of the terminal's palette.
    case palette(UInt8)
    /// Red, green and blue.
    case rgb(UInt8, UInt8, UInt8)
  }

  /// Which of the three this one is.
  package var kind: Kind {
    switch bits >> 24 {
    case 1: .palette(UInt8(truncatingIfNeeded: bits))
    case 2: .rgb(byte(2), byte(1), byte(0))
    default: .default
    }
  }

  private func byte(_ index: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: bits >> (8 * index)) }
}

/// Ways to emphasize a cell besides colour.
package struct Attributes: OptionSet, Hashable, Sendable {
  /// One bit for each attribute.
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Heavier.
  package static let bold = Attributes(rawValue: 1)
  /// Fainter.
  package static let dim = Attributes(rawValue: 2)
  /// Slanted.
  package static let italic = Attributes(rawValue: 4)
  /// With a line below.
  package static let underline = Attributes(rawValue: 8)
  /// Foreground and background exchanged.
  package static let reverse = Attributes(rawValue: 16)
  /// With a line through it.
  package static let strikethrough = Attributes(rawValue: 32)
}

/// How a cell looks: two colours and the attributes.
package struct Style: Hashable, Sendable {
  /// The colour of the glyph.
  package var foreground: Color
  /// The colour behind it.
  package var background: Color
  /// Bold, underline and so on.
  package var attributes: Attributes

  /// The style that changes nothing.
  package static let plain = Style()

  /// Makes a style; what is left out keeps what lies beneath.
  package init(_ foreground: Color = .default, on background: Color = .default, _ attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// This style laid over another: its default colours show the other's, and attributes add up.
  package func over(_ below: Style) -> Style {
    Style(
      foreground == .default ? below.foreground : foreground,
      on: background == .default ? below.background : background,
      attributes.union(below.attributes))
  }

  /// The same with further attributes.
  package func adding(_ more: Attributes) -> Style { Style(foreground, on: background, attributes.union(more)) }
}
