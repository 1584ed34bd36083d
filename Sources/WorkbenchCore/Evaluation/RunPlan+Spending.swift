extension RunPlan {
  /// Dollars spent or set aside for requests under way; 0 without a limit.
  package var committedDollars: Double { spending?.committed ?? 0 }

  /// Notes what others have taken of the same dollars.
  /// - Parameter isBusy: whether they have requests under way.
  package mutating func set(dollarsElsewhere dollars: Double, isBusy: Bool) {
    spending?.elsewhere = dollars
    spending?.isBusyElsewhere = isBusy
  }
}
