import Domain
import Evidence
import NumberFormat

/// What to ablate.
package struct AblationRequest: Sendable, Hashable {
  /// The variant whose sections are left out one at a time.
  package var variant: String
  /// The eval set; the workspace's first where nil.
  package var set: String?
  /// Only the first so many cases.
  package var limit: Int?
  /// Whether two planted changes, one that must matter and one that must not, tell whether the table can be believed.
  package var isChecked: Bool

  package init(variant: String, set: String? = nil, limit: Int? = nil, isChecked: Bool = false) {
    self.variant = variant
    self.set = set
    self.limit = limit
    self.isChecked = isChecked
  }
}

/// What each section of a prompt is worth: the whole prompt against the prompt without it, case by case.
package struct AblationReport: Sendable {
  /// One section.
  package struct Row: Sendable, Identifiable {
    /// The title.
    package var title: String
    /// The role.
    package var role: MessageRole
    /// The run without it; nil while there is none.
    package var run: Run?
    /// The whole prompt (candidate) against the prompt without the section, adjusted for all sections; nil while the two
    /// have no case in common.
    package var comparison: PairedComparison?
    /// What the section does.
    package var effect: Ablation.Effect?
    /// Tokens that it adds to each prompt, the mean; nil where that isn't known.
    package var tokens: Double?
    /// Dollars that it adds to 1,000 requests, answers included; nil where that isn't known.
    package var dollarsPerThousand: Double?

    /// A section of which nothing is known yet.
    package init(title: String, role: MessageRole) {
      self.title = title
      self.role = role
    }

    /// Cases that are better with the section.
    package var gained: Int { comparison?.wins ?? 0 }
    /// Cases that are better without it.
    package var lost: Int { comparison?.losses ?? 0 }
    /// The whole prompt against the prompt without it for each tag, Holm among the section's tags.
    package var tags: [TagBreakdown] = []
    /// Same as the title.
    package var id: String { title }
  }

  /// What the two planted changes came to.
  package struct Check: Sendable {
    /// Whether the change that must matter was found, and nothing was found of the one that must not.
    package var isSane: Bool
    /// The whole prompt against the prompt without any section that can be left out.
    package var withoutInstructions: PairedComparison
    /// The whole prompt against the prompt with a section that says nothing.
    package var withNeutral: PairedComparison
  }

  /// The variant.
  package var variant: String
  /// The eval set.
  package var set: String
  /// The cases that were asked for.
  package var cases: Int
  /// The requests of all arms that have no answer yet; some may have been answered to other variants.
  package var open = 0
  /// The run of the whole prompt; nil while there is none.
  package var full: Run?
  /// The sections that can be left out, in the order they are sent.
  package var rows: [Row]
  /// The sections that stay.
  package var kept: [AblationPlan.Kept]
  /// The smallest effect, 0 to 1, that the cases find in 4 of 5 tries; nil where none is or nothing is measured.
  package var detectable: Double?
  /// What the planted changes came to; nil where they weren't asked for or aren't measured.
  package var check: Check?

  /// Gathers what is known.
  package init(
    variant: String, set: String, cases: Int, full: Run?, rows: [Row], kept: [AblationPlan.Kept] = []
  ) {
    self.variant = variant
    self.set = set
    self.cases = cases
    self.full = full
    self.rows = rows
    self.kept = kept
  }

  /// Whether all sections were measured on all cases.
  package var isComplete: Bool {
    full?.casesComplete ?? 0 >= cases && rows.allSatisfy { $0.run?.casesComplete ?? 0 >= cases }
  }
  /// Whether nothing of it may be believed, since the check failed.
  package var isVoid: Bool { check?.isSane == false }
}

extension AblationReport {
  /// What follows, a sentence each.
  package var sentences: [String] {
    let measured = rows.filter { $0.comparison != nil }
    guard !measured.isEmpty else { return ["Nothing is measured yet."] + kept.map(\.sentence) }
    if isVoid { return [checkSentence] + kept.map(\.sentence) }
    var sentences = [checkSentence].filter { !$0.isEmpty }
    if measured.count < rows.count {
      sentences.append("\(measured.count) of \(rows.count) sections are measured so far.")
    }
    for row in measured where row.effect == .harms { sentences.append(Self.harm(row)) }
    sentences += [helpSentence, deadSentence, openSentence].compactMap(\.self)
    return sentences + kept.map(\.sentence)
  }

  private var checkSentence: String {
    guard let check else { return "" }
    let words =
      "without any section \(NumberFormat.points(-check.withoutInstructions.difference)), with a section that says nothing "
      + NumberFormat.points(-check.withNeutral.difference)
    return check.isSane
      ? "The check passed: \(words), as it must be."
      : "The check failed (\(words)): these cases don't tell a change that must matter from one that must not, so the table "
        + "says nothing. More cases would help."
  }

  private static func harm(_ row: Row) -> String {
    let size = row.comparison.map { NumberFormat.points($0.difference, $0.interval) } ?? ""
    return "\(row.title) harms: \(size)\(saving([row]).map { "; leaving it out saves \($0)" } ?? ""). "
      + "Switch it off for the variant (`without: [\(row.title)]`), and measure that on other cases."
  }

  private var helpSentence: String? {
    let rows = rows.filter { $0.effect == .helps }
    guard !rows.isEmpty else { return nil }
    return (rows.count == 1 ? "Helps: " : "Help: ")
      + rows.map { "\($0.title) \(NumberFormat.points($0.comparison?.difference ?? 0))" }.joined(separator: ", ") + "."
  }

  private var deadSentence: String? {
    let rows = rows.filter { $0.effect == .deadWeight }
    guard !rows.isEmpty, let margin = rows[0].comparison?.margin else { return nil }
    let names = rows.map(\.title).joined(separator: ", ")
    let saving = Self.saving(rows).map { "; leaving \(rows.count == 1 ? "it" : "them") out saves \($0)" } ?? ""
    return "Dead weight: \(names). Less than \(NumberFormat.points(margin).dropFirst()) can come from "
      + "\(rows.count == 1 ? "it" : "each")\(saving)."
  }

  private var openSentence: String? {
    let rows = rows.filter { $0.effect == .notShown }
    guard !rows.isEmpty else { return nil }
    let most = rows.compactMap { $0.comparison?.interval.high }.max() ?? 0
    let names = rows.map(\.title).joined(separator: ", ")
    let up = most > 0 ? ", which may be up to \(NumberFormat.points(most).dropFirst())" : ""
    let seen =
      detectable.map {
        " \(NumberFormat.plural(rows[0].comparison?.count ?? cases, "case")) find "
          + "\(NumberFormat.points($0).dropFirst()) or more in 4 of 5 tries."
      } ?? ""
    return "No effect shown of \(names)\(up).\(seen)"
  }

  /// What leaving sections out saves; nil where that isn't known.
  private static func saving(_ rows: [Row]) -> String? {
    let tokens = rows.compactMap(\.tokens)
    guard tokens.count == rows.count else { return nil }
    let dollars = rows.compactMap(\.dollarsPerThousand)
    let money =
      dollars.count == rows.count && dollars.reduce(0, +) > 0
      ? " and \(NumberFormat.dollars(dollars.reduce(0, +))) for 1,000 requests" : ""
    return NumberFormat.plural(Int(tokens.reduce(0, +).rounded()), "token") + " of each prompt" + money
  }
}
