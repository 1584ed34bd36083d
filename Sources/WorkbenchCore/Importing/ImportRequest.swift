import Content

/// What becomes of personal data and secrets in cases that are imported.
public enum PersonalDataChoice: String, Sendable, Hashable, CaseIterable {
  /// It is counted and stays.
  case keep
  /// A word in brackets takes its place.
  case mask
  /// Nothing is imported where there is any.
  case refuse
}

/// Cases to take of a file.
public struct ImportRequest: Sendable, Hashable {
  /// The eval set; new where the workspace has none of that name.
  public var set: String
  /// What becomes of personal data.
  public var personal: PersonalDataChoice
  /// Whether cases that say almost the same become one, with their number as its weight.
  public var collapses: Bool
  /// How many cases to take, spread evenly over the values of some fields; all where nil.
  public var sample: Int?
  /// Those fields: `expected`, `group`, `tags`, a member of `metadata` or `input`, or `day`.
  public var sampleBy: [String]
  /// Whether nothing is written.
  public var isPreview: Bool
  /// Makes a request.
  public init(
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

/// Lines to add to an eval set's file.
public struct CaseAddition: Sendable, Hashable {
  /// The set's name.
  public var set: String
  /// Its file, relative to the workspace.
  public var path: String
  /// JSON objects without line ends.
  public var lines: [String]
  /// Descriptions of graders for a set that is new.
  public var graders: [JSONValue]

  /// Makes an addition.
  public init(set: String, path: String, lines: [String], graders: [JSONValue] = []) {
    self.set = set
    self.path = path
    self.lines = lines
    self.graders = graders
  }
}

/// What an import did, or in a preview would do.
public struct ImportReport: Sendable, Hashable {
  /// One eval set of it.
  public struct Part: Sendable, Hashable {
    /// The set's name.
    public var set: String
    /// Its file, relative to the workspace.
    public var path: String
    /// Whether the workspace had no such set.
    public var isNew: Bool
    /// Cases that were added.
    public var added: Int
    /// Cases of the set now.
    public var total: Int
    /// The first cases, as lines of the file.
    public var first: [String]
    /// Descriptions of the graders that the set was made with.
    public var graders: [JSONValue]
  }
  /// Cases that say what another of the file or of the set says.
  public var duplicates = 0
  /// Cases whose id was taken and that got another.
  public var renamed = 0
  /// Cases that were joined with another that says almost the same.
  public var collapsed = 0
  /// Cases that the sample leaves out.
  public var unsampled = 0
  /// What personal data was found, in words; nil where none was.
  public var personal: String?
  /// Cases with personal data.
  public var personalCases = 0
  /// The sets that cases went to.
  public var parts: [Part] = []
}
