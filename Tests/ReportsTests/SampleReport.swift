@testable import Reports

/// A small report with something of each kind, and large ones.
enum SampleReport {
  static let categories = ["billing", "sync", "other"]

  /// Two variants on so many cases.
  static func document(cases count: Int = 6, text: (Int) -> String = { _ in "" }) -> ReportDocument {
    var verdict = ReportDocument.Verdict(
      recommendation: "Fine-tune", direction: .tuning,
      headline: "tuned is better than prompted by 18 points, and costs less",
      confidence: "Confidence: medium. Not higher because: no held-out cases.")
    verdict.objections = ["general abilities have not been measured"]
    verdict.lines = [
      .init(.tuning, "tuned scores 94 % and prompted 76 % on the same 100 cases"),
      .init(.prompting, "20,000 queries a month are too few to need tuning (below 100,000)", source: "assay.yaml:31"),
      .init(.unknown, "whether tuning cost other abilities has not been measured"),
    ]
    verdict.missing = [
      .init("measure the base model on general", command: "assay eval base --set general"),
      .init("label 40 more cases"),
    ]
    verdict.flips = ["queries_per_month (now 20,000) up to 5,200: Keep prompting"]
    var document = ReportDocument(
      title: "support-triage", set: "main", made: "2026-12-01 02:00 UTC", version: "0.1.0", verdict: verdict)
    document.variants = ["prompted", "tuned"].map { name in
      let isTuned = name == "tuned"
      var variant = ReportDocument.Variant(
        name: name, model: "tiny", prompt: "a1b2c3d4", run: isTuned ? 3 : 2, isTuned: isTuned, cases: "\(count)")
      variant.score = isTuned ? .init(0.94, 0.88, 0.97) : .init(0.76, 0.67, 0.83)
      variant.format = .init(1, 0.96, 1)
      (variant.median, variant.slow) = isTuned ? (0.118, 0.2) : (0.312, 0.6)
      (variant.promptTokens, variant.answerTokens, variant.cost) = (isTuned ? 96 : 412, 23, "$0.0021")
      return variant
    }
    document.sides = ["prompted", "tuned"]
    document.comparison = .init(
      sentence: "tuned is better than prompted by 18 points (95 % interval +9 to +27 points, exact McNemar p < 0.001).",
      difference: .init(0.18, 0.09, 0.27), onlyFirst: 3, onlySecond: 21, bothRight: 73, bothWrong: 3, undecided: 0)
    document.breakdowns = [
      .init(
        title: "Tag",
        rows: [
          .init(
            name: "easy", cases: 60, scores: [.init(0.9, 0.8, 0.96), .init(0.95, 0.86, 0.98)],
            difference: .init(0.05, -0.03, 0.13)),
          .init(
            name: "jargon | a`b", cases: 40, scores: [.init(0.55, 0.4, 0.7), .init(0.93, 0.8, 0.97)],
            difference: .init(0.38, 0.2, 0.52)), .init(name: "rare", cases: 1, scores: [nil, nil]),
        ])
    ]
    document.confusions = document.sides.map { side in
      .init(
        variant: side, field: "category", labels: categories,
        counts: side == "tuned"
          ? [[38, 1, 1, 0], [0, 34, 1, 0], [1, 0, 24, 0]] : [[30, 4, 6, 0], [2, 30, 3, 0], [5, 2, 16, 2]],
        recall: [.init(0.95, 0.83, 0.99), .init(0.97, 0.85, 0.99), .init(0.96, 0.8, 0.99)],
        precision: [.init(0.97, 0.87, 1), .init(0.97, 0.85, 0.99), nil])
    }
    var cost = ReportDocument.Cost(sentence: "a tuned answer saves $0.018, so $9,000 come back after 500,000 queries")
    cost.perQuery = (0.035, 0.017)
    cost.perMonth = .init(prompted: 1_750, tuned: 850, investment: 9_000)
    cost.chances = [(3, 0.0004), (6, 0.041), (12, 0.461), (24, 0.939)].map { .init(months: $0.0, probability: $0.1) }
    (cost.never, cost.medianNet) = (0, 800)
    cost.tornado = [
      .init(name: "queries_per_month", atLow: -4_600, atHigh: 8_300, range: "20,000 to 80,000"),
      .init(name: "engineering_hours", atLow: 2_400, atHigh: -1_900, range: "20 to 60"),
    ]
    cost.exact = ["training_cost", "hourly_rate"]
    document.cost = cost
    document.criteria = [
      .init(
        "consistency", prompted: .init("the format is right in 94 % [88, 97]", basis: "measured"),
        tuned: .init("the format is right in 99 % [95, 100]", basis: "measured"), favours: .tuning),
      .init(
        "expertise", prompted: .init("writing, and reading answers", basis: "by nature"),
        tuned: .init("not stated: <b>tuning_expertise</b> | \u{202E}", basis: "not known")),
    ]
    document.cases = (0..<count).map { sampleCase($0, text($0)) }
    document.suites = document.sides.enumerated().map { place, side in
      .init(
        variant: side, set: "main", run: place + 2, started: "2026-12-01T01:00:00",
        entries: document.cases.compactMap { one in
          one.answers[place].map { .init(name: one.id, answer: $0) }
        })
    }
    return document
  }

  private static func sampleCase(_ number: Int, _ text: String) -> ReportDocument.Case {
    let wanted = categories[number % 3]
    func answer(_ isRight: Bool, _ seconds: Double) -> ReportDocument.Answer {
      let category = isRight ? wanted : categories[(number + 1) % 3]
      return .init(
        isRight ? .passed : .failed, text: #"{"category": "\#(category)", "urgent": true}"# + text,
        score: isRight ? 1 : 0,
        reasons: [isRight ? "all 2 fields are as expected" : "category is \"\(category)\", expected \"\(wanted)\""],
        seconds: seconds)
    }
    var answers: [ReportDocument.Answer?] = [answer(number % 4 != 0, 0.312), answer(number % 9 != 8, 0.118)]
    if number % 6 == 4 { answers[0] = .init(.unanswered, text: nil, reasons: ["connection refused"]) }
    if number % 6 == 5 { answers[1] = .init(.unscored, text: "?", reasons: ["no expected value"], seconds: 0.1) }
    return .init(
      id: "hl-\(String(number + 1000).dropFirst())", tags: number % 2 == 0 ? ["easy"] : ["jargon", "noisy"],
      input: #"{"ticket": "My lagoon does not sync since Tuesday, please check number \#(number). Café Zoë 作業 📦"}"#
        + text,
      expected: #"{"category": "\#(wanted)", "urgent": true}"#, answers: answers)
  }
}
