extension [Span] {
  /// One line in rows of at most `width` columns, broken after spaces where there are any; at least one row.
  ///
  /// Spaces at which it was broken are left out where they would reach beyond `width`.
  package func wrapped(to width: Int) -> [[Span]] {
    let width = Swift.max(1, width)
    return TextView.wrap(self, to: width).map { row in
      var row = row
      var excess = row.reduce(0) { $0 + $1.columns } - width
      while excess > 0, row.last?.text.last == " " {
        row[row.count - 1].text.removeLast()
        if row[row.count - 1].text.isEmpty { row.removeLast() }
        excess -= 1
      }
      return row
    }
  }
}
