/// What one part of a split rectangle asks for.
package enum Extent: Hashable, Sendable {
  /// This many cells.
  case fixed(Int)
  /// This share of what the fixed parts leave, relative to the other shares.
  case share(Double)

  /// An equal part of what is left.
  package static let rest = Extent.share(1)
}

extension Rect {
  /// Parts from left to right, with `gap` empty columns between them.
  ///
  /// Parts never overlap and never leave the rectangle: where space is short, the later ones shrink to nothing.
  package func columns(_ extents: [Extent], gap: Int = 0) -> [Rect] {
    var left = x
    return Rect.lengths(extents, of: width, gap: gap).map { length in
      let room = max(0, min(length, maxX - left))
      defer { left += length + gap }
      return Rect(x: min(left, maxX), y: y, width: room, height: height)
    }
  }

  /// Parts from top to bottom, with `gap` empty rows between them; the same promises as `columns`.
  package func rows(_ extents: [Extent], gap: Int = 0) -> [Rect] {
    var top = y
    return Rect.lengths(extents, of: height, gap: gap).map { length in
      let room = max(0, min(length, maxY - top))
      defer { top += length + gap }
      return Rect(x: x, y: min(top, maxY), width: width, height: room)
    }
  }

  private static func lengths(_ extents: [Extent], of total: Int, gap: Int) -> [Int] {
    var left = total - gap * max(0, extents.count - 1)
    var shares = 0.0
    for extent in extents {
      switch extent {
      case .fixed(let length): left -= max(0, length)
      case .share(let share): shares += max(0, share)
      }
    }
    let pool = Double(max(0, left))
    var before = 0.0
    return extents.map { extent in
      switch extent {
      case .fixed(let length): return max(0, length)
      case .share(let share):
        guard shares > 0 else { return 0 }
        // Rounding the running sum, not each part, makes the parts add up to the whole.
        let start = (pool * before / shares).rounded()
        before += max(0, share)
        return Int((pool * before / shares).rounded() - start)
      }
    }
  }
}
