extension [Span] {
  /// One line in rows of at most `width` columns, broken after spaces where there are any; at least one row.
  public func wrapped(to width: Int) -> [[Span]] { TextView.wrap(self, to: Swift.max(1, width)) }
}
