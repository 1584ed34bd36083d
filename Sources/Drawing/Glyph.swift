import Synchronization

/// What one cell shows: a scalar, or a scalar with marks on it. Two glyphs are equal exactly if they look the same.
///
/// A lone scalar is its own number; the few with marks are numbered in one table for the whole process, so that
/// surfaces can be compared number by number.
package struct Glyph: Hashable, Sendable {
  let id: UInt32

  /// An empty place.
  package static let space = Glyph(id: 0x20)

  /// The scalars to show, base first.
  package var scalars: [Unicode.Scalar] {
    if let scalar = Unicode.Scalar(id) { return [scalar] }
    let clusters = Glyph.table.withLock { $0.clusters }
    return clusters[Int(id - Glyph.firstCluster)]
  }

  /// The same as text.
  package var text: String {
    var result = ""
    result.unicodeScalars.append(contentsOf: scalars)
    return result
  }

  private static let firstCluster: UInt32 = 0x110000
  /// Enough for every real text; a hostile one loses its marks, not our memory.
  private static let capacity = 0x10000

  private struct Table {
    var ids: [[Unicode.Scalar]: UInt32] = [:]
    var clusters: [[Unicode.Scalar]] = []
  }

  private static let table = Mutex(Table())

  static func interned(_ scalars: [Unicode.Scalar]) -> Glyph {
    guard scalars.count > 1 else { return Glyph(id: scalars.first?.value ?? 0x20) }
    return table.withLock { table in
      if let id = table.ids[scalars] { return Glyph(id: id) }
      guard table.clusters.count < capacity else { return Glyph(id: scalars[0].value) }
      let id = firstCluster + UInt32(table.clusters.count)
      table.ids[scalars] = id
      table.clusters.append(scalars)
      return Glyph(id: id)
    }
  }
}

/// Walks through text and hands out glyphs with their columns; whatever the text holds, each is safe to show.
///
/// Joined emoji show their first part, flags their two letters, and skin tones are left out: terminals disagree about
/// those, and a line whose width is unknown can't be drawn over.
struct GlyphScanner: IteratorProtocol, Sequence {
  struct Element {
    var base: UInt32
    var columns: Int
    var marks: [Unicode.Scalar] = []

    var glyph: Glyph {
      guard !marks.isEmpty, let scalar = Unicode.Scalar(base) else { return Glyph(id: base) }
      return Glyph.interned([scalar] + marks)
    }
  }

  /// ncurses keeps five scalars for each cell.
  private static let mostMarks = 4
  private static let dottedCircle: UInt32 = 0x25CC

  private var scalars: Substring.UnicodeScalarView.Iterator
  private var ahead: Unicode.Scalar?

  init(_ text: Substring) {
    scalars = text.unicodeScalars.makeIterator()
    ahead = scalars.next()
  }

  mutating func next() -> Element? {
    while let scalar = ahead {
      ahead = scalars.next()
      var element: Element
      switch ScalarWidth(scalar.value) {
      case .narrow: element = Element(base: scalar.value, columns: 1)
      case .wide: element = Element(base: scalar.value, columns: 2)
      case .mark: element = Element(base: GlyphScanner.dottedCircle, columns: 1, marks: [scalar])
      case .silent: continue
      case .hazard(let standIn):
        if scalar.value == 0x0D, ahead?.value == 0x0A { ahead = scalars.next() }
        return Element(base: standIn, columns: 1)
      }
      if (0x1F1E6...0x1F1FF).contains(element.base) {
        element = Element(base: element.base - 0x1F1E6 + 0x41, columns: 1)  // a flag's letter
      }
      if let following = ahead, following.value >= 0x300 { takeFollowers(into: &element) }
      return element
    }
    return nil
  }

  private mutating func takeFollowers(into element: inout Element) {
    let isPicture = element.columns == 2 || (0x2190...0x2BFF).contains(element.base)
    while let following = ahead {
      if following.value == 0x200D, isPicture {
        ahead = scalars.next()
        // The joined picture goes too, unless the joiner was followed by plain text.
        if let joined = ahead, joined.value > 0xFF, joined.properties.isEmoji { ahead = scalars.next() }
      } else if isPicture, (0x1F3FB...0x1F3FF).contains(following.value) {
        ahead = scalars.next()
      } else {
        switch ScalarWidth(following.value) {
        case .mark:
          if element.marks.count < GlyphScanner.mostMarks { element.marks.append(following) }
          ahead = scalars.next()
        case .silent: ahead = scalars.next()
        default: return
        }
      }
    }
  }
}
