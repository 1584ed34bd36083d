/// A place on a surface: column `x` and row `y`, counted from the upper left corner.
package struct Point: Hashable, Sendable {
  /// The column, from 0.
  package var x: Int
  /// The row, from 0.
  package var y: Int

  /// Makes the point at column `x` in row `y`.
  package init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// How many columns and rows something takes; never negative.
package struct Size: Hashable, Sendable {
  /// Columns.
  package var width: Int
  /// Rows.
  package var height: Int

  /// Makes a size; negative lengths become 0.
  package init(width: Int, height: Int) {
    self.width = max(0, width)
    self.height = max(0, height)
  }
}

/// A rectangle of cells; its width and height are never negative.
package struct Rect: Hashable, Sendable {
  /// The leftmost column.
  package let x: Int
  /// The topmost row.
  package let y: Int
  /// Columns.
  package let width: Int
  /// Rows.
  package let height: Int

  /// The rectangle without any cell.
  package static let empty = Rect(x: 0, y: 0, width: 0, height: 0)

  /// Makes a rectangle; negative lengths become 0.
  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// Makes the rectangle of this size whose upper left corner is the origin.
  package init(_ size: Size) {
    self.init(x: 0, y: 0, width: size.width, height: size.height)
  }

  /// The upper left corner.
  package var origin: Point { Point(x: x, y: y) }
  /// Width and height.
  package var size: Size { Size(width: width, height: height) }
  /// The first column to the right of it.
  package var maxX: Int { x + width }
  /// The first row below it.
  package var maxY: Int { y + height }
  /// True if it has no cell.
  package var isEmpty: Bool { width == 0 || height == 0 }

  /// True if the cell at `point` belongs to it.
  package func contains(_ point: Point) -> Bool {
    point.x >= x && point.x < maxX && point.y >= y && point.y < maxY
  }

  /// The cells that both rectangles have.
  package func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(x: left, y: top, width: min(maxX, other.maxX) - left, height: min(maxY, other.maxY) - top)
  }

  /// What is left after taking `dx` columns from either side and `dy` rows from top and bottom.
  package func inset(dx: Int = 1, dy: Int = 1) -> Rect {
    Rect(x: x + min(dx, width), y: y + min(dy, height), width: width - 2 * dx, height: height - 2 * dy)
  }

  /// Without one column at either side, where it has columns to spare.
  package var insetColumns: Rect { width > 12 ? inset(dx: 1, dy: 0) : self }

  /// Without its first row.
  package var withoutFirstRow: Rect { Rect(x: x, y: y + min(1, height), width: width, height: height - 1) }

  /// Without its last row.
  package var withoutLastRow: Rect { Rect(x: x, y: y, width: width, height: height - 1) }

  /// The row with this number, counted from the top of the rectangle; empty if there is none.
  package func row(_ index: Int) -> Rect {
    Rect(x: x, y: y + index, width: width, height: index >= 0 && index < height ? 1 : 0)
  }

  /// A rectangle of at most this size in the middle of this one, as an overlay wants.
  package func centered(_ size: Size) -> Rect {
    let width = min(size.width, width)
    let height = min(size.height, height)
    return Rect(x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
  }
}
