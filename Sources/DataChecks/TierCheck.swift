import Evidence

extension DataCheck {
  /// Whether there are enough rows for what they are to change (``Evidence/DataTier``).
  ///
  /// Too few rows never stop a training: trying is how one finds out, and the verdict counts them again.
  static func tier(rows: Int) -> DataCheck {
    let reached = DataTier.reached(by: rows)
    let next = DataTier.allCases.first { $0.missing(from: rows) > 0 }
    let enough =
      reached.map { "Enough for \($0.title)" } ?? "Too few even for another format, which takes 50 good examples"
    let more = next.map { "; \($0.title) takes \($0.missing(from: rows)) more" } ?? ""
    return DataCheck(
      .tier, reached == nil ? .look : .fine, value: Double(rows), unit: "rows", figure: Words.rows(rows),
      meaning: enough + (reached == nil ? "" : more) + ".",
      fix: "Collect more: passed outputs (assay train --from RUN), production logs, or what a stronger model answers.")
  }
}
