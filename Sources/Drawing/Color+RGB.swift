extension Color {
  /// Red, green and blue; those of a common terminal for a palette colour, nil for the default colour.
  package var components: (red: UInt8, green: UInt8, blue: UInt8)? {
    switch kind {
    case .default: return nil
    case .rgb(let red, let green, let blue): return (red, green, blue)
    case .palette(let index):
      let value = Color.palette256[Int(index)]
      return (UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255))
    }
  }

  /// The palette colour among `candidates` that looks most like this one; nil for the default colour.
  package func nearest(in candidates: Range<Int>) -> UInt8? {
    if case .palette(let index) = kind, candidates.contains(Int(index)) { return index }
    guard let wanted = components else { return nil }
    let best = candidates.min { Color.distance(wanted, $0) < Color.distance(wanted, $1) }
    return best.map { UInt8($0) }
  }

  /// The difference as the eye sees it, roughly: green weighs most, and red more in reddish colours.
  private static func distance(_ wanted: (red: UInt8, green: UInt8, blue: UInt8), _ index: Int) -> Int {
    let value = Int(palette256[index])
    let mean = (Int(wanted.red) + (value >> 16)) / 2
    let red = Int(wanted.red) - (value >> 16)
    let green = Int(wanted.green) - (value >> 8 & 255)
    let blue = Int(wanted.blue) - (value & 255)
    return ((512 + mean) * red * red + 1024 * green * green + (767 - mean) * blue * blue) / 256
  }

  /// The sixteen colours of xterm, its cube of six by six by six, and its greys.
  private static let palette256: [UInt32] = {
    var colors: [UInt32] = [
      0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000, 0x00FF00,
      0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
    ]
    let steps: [UInt32] = [0, 95, 135, 175, 215, 255]
    for red in steps { for green in steps { for blue in steps { colors.append(red << 16 | green << 8 | blue) } } }
    for grey in UInt32(0)..<24 { colors.append((8 + grey * 10) * 0x010101) }
    return colors
  }()
}
