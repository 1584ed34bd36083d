extension HelpGroup {
  /// The group as a table for the README.
  package var markdown: String {
    let rows = hints.map { hint in
      let keys = hint.keys.map { "`\($0.description == "|" ? "\\|" : $0.description)`" }.joined(separator: " ")
      return "| \(keys) | \(hint.title) |"
    }
    return (["| \(title) | |", "| --- | --- |"] + rows).joined(separator: "\n")
  }
}
