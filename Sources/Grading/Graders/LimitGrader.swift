import Content

/// The reply took no longer, or cost no more, than a limit.
struct LimitGrader: GraderKind {
  static let types = ["latency", "cost"]
  static let keys = [
    GraderKey("max-seconds", "the most seconds from sending to the last byte, for latency"),
    GraderKey("max-dollars", "the most dollars for the reply, for cost"),
  ]

  let limitsTime: Bool
  let limit: Double

  init(type: String, options: GraderOptions) throws(GraderError) {
    limitsTime = type == "latency"
    let (key, other) = limitsTime ? ("max-seconds", "max-dollars") : ("max-dollars", "max-seconds")
    if let value = options.value(other) { throw options.wrong(other, "left out of a grader of type \(type)", value) }
    guard let limit = try options.number(key, "a number above 0", where: { $0 > 0 }) else {
      throw options.missing(
        key, limitsTime ? "the most seconds that a reply may take" : "the most dollars that a reply may cost")
    }
    self.limit = limit
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    if limitsTime {
      guard let seconds = answer.facts.seconds else { throw Unscorable("it isn't known how long the reply took") }
      return Judgement(
        seconds <= limit, "the reply took \(seconds.reasonText) s, allowed are \(limit.reasonText) s")
    }
    guard let dollars = answer.facts.dollars else {
      throw Unscorable("it isn't known what the reply cost: the model has no price, or the server counted no tokens")
    }
    return Judgement(dollars <= limit, "the reply cost $\(Self.text(dollars)), allowed are $\(Self.text(limit))")
  }

  /// Dollars with as many places as small prices need.
  private static func text(_ dollars: Double) -> String {
    JSONNumber((dollars * 1e9).rounded() / 1e9).map { $0.text } ?? "\(dollars)"
  }
}
