import Content

/// The regular expression occurs in the answer.
struct RegexGrader: GraderKind {
  static let types = ["regex"]
  static let keys = [
    GraderKey("pattern", "the regular expression to look for"),
    GraderKey("value", standard: "\"pattern\"", "another name for \"pattern\""),
    GraderKey("ignore-case", standard: "false", "whether upper and lower case are the same"),
    GraderKey("unicode", standard: "false", "whether \\d, \\w, \\s and \\b go beyond ASCII"),
  ]

  let pattern: Pattern

  init(type: String, options: GraderOptions) throws(GraderError) {
    let key = options.value("pattern") == nil ? "value" : "pattern"
    guard let text = try options.text(key) else {
      throw options.missing("pattern", "a regular expression to look for in the answer")
    }
    guard !text.isEmpty else { throw options.wrong(key, "a regular expression that is not empty", .string(text)) }
    let ignoresCase = try options.flag("ignore-case") ?? false
    let isUnicode = try options.flag("unicode") ?? false
    do throws(PatternFlaw) {
      pattern = try Pattern(text, options: .init(ignoresCase: ignoresCase, isUnicode: isUnicode))
    } catch {
      throw options.flawed(key, "regular expression", error)
    }
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    switch pattern.search(answer.text) {
    case .found: return Judgement(true, "the answer matches /\(pattern.text)/")
    case .absent: return Judgement(false, "the answer does not match /\(pattern.text)/")
    case .undecided(let reason): throw Unscorable("the pattern /\(pattern.text)/ \(reason)")
    }
  }
}
