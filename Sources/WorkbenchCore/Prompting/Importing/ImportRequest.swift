import Content
import Domain

/// What becomes of personal data and secrets in cases that are imported.
package enum PersonalDataChoice: String, Sendable, Hashable, CaseIterable {
  /// It is counted and stays.
  case keep
  /// A word in brackets takes its place.
  case mask
  /// Nothing is imported where there is any.
  case refuse
}

/// Cases to take of a file.
package struct ImportRequest: Sendable, Hashable {
  /// The eval set; new where the workspace has none of that name.
  package var set: String
  /// What becomes of personal data.
  package var personal: PersonalDataChoice
  /// Whether cases that say almost the same become one, with their number as its weight.
  package var collapses: Bool
  /// How many cases to take, spread evenly over the values of some fields; all where nil.
  package var sample: Int?
  /// Those fields: `expected`, `group`, `tags`, a member of `metadata` or `input`, or `day`.
  package var sampleBy: [String]
  /// Whether nothing is written.
  package var isPreview: Bool
  package init(
    set: String, personal: PersonalDataChoice = .keep, collapses: Bool = false, sample: Int? = nil,
    sampleBy: [String] = [], isPreview: Bool = false
  ) {
    self.set = set
    self.personal = personal
    self.collapses = collapses
    self.sample = sample
    self.sampleBy = sampleBy
    self.isPreview = isPreview
  }
}

/// What an import did, or in a preview would do.
package struct ImportReport: Sendable, Hashable {
  /// One eval set of it.
  package struct Part: Sendable, Hashable {
    /// The set's name.
    package var set: String
    /// Its file, relative to the workspace.
    package var path: String
    /// Whether the workspace had no such set.
    package var isNew: Bool
    /// Cases that were added.
    package var added: Int
    /// Cases of the set now.
    package var total: Int
    /// The first cases, as lines of the file.
    package var first: [String]
    /// Descriptions of the graders that the set was made with.
    package var graders: [JSONValue]
  }
  /// Cases that say what another of the file or of the set says.
  package var duplicates = 0
  /// Cases whose id was taken and that got another.
  package var renamed = 0
  /// Cases that were joined with another that says almost the same.
  package var collapsed = 0
  /// Cases that the sample leaves out.
  package var unsampled = 0
  /// What personal data was found, in words; nil where none was.
  package var personal: String?
  /// Cases with personal data.
  package var personalCases = 0
  /// The sets that cases went to.
  package var parts: [Part] = []
}
