import NumberFormat

/// The rule about what people preferred.
extension Advisor {
  mutating func judgePreferences() {
    guard let found = facts.preferences, found.count > 0 else { return }
    let isShown = found.better != found.worse && found.pValue <= 0.05
    let direction: Reason.Direction = !isShown ? .neutral : found.better > found.worse ? .forTuning : .forPrompting
    let ties = found.ties > 0 ? ", and neither in \(found.ties)" : ""
    add(
      .preference, direction,
      "people preferred \(tunedName) in \(found.better) of \(NumberFormat.plural(found.count, "case")), \(promptedName) in "
        + "\(found.worse)\(ties) (sign test \(NumberFormat.pValue(found.pValue)))"
        + (isShown ? "" : ": no preference is shown"),
      [
        .init("preferred tuned", Double(found.better)), .init("preferred prompted", Double(found.worse)),
        .init("preferred neither", Double(found.ties)), .init("p-value of preferences", found.pValue),
      ])
  }
}
