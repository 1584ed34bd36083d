/// Neighbouring cells of one row that changed.
package struct ChangedRun: Hashable, Sendable {
  /// The row.
  package var y: Int
  /// The columns.
  package var columns: Range<Int>
}

extension Surface {
  /// The cells that must be drawn again on a screen that shows `old`; all of them if the sizes differ.
  ///
  /// A run never begins or ends within a wide glyph of this surface.
  package func difference(from old: Surface) -> [ChangedRun] {
    var runs: [ChangedRun] = []
    guard size == old.size else {
      return size.width == 0 ? [] : (0..<size.height).map { ChangedRun(y: $0, columns: 0..<size.width) }
    }
    for y in 0..<size.height {
      let row = y * size.width
      var x = 0
      while x < size.width {
        guard cells[row + x] != old.cells[row + x] else {
          x += 1
          continue
        }
        var start = x
        while start > 0, cells[row + start].columns == 0 { start -= 1 }
        while x < size.width, cells[row + x] != old.cells[row + x] || cells[row + x].columns == 0 { x += 1 }
        runs.append(ChangedRun(y: y, columns: start..<x))
      }
    }
    return runs
  }
}
