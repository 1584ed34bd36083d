import Domain
import Evidence
import NumberFormat
import Reports

extension ReportDocument.Verdict {
  /// What to do, and why.
  init(_ advice: Advice, flips: [FlipDistance]) {
    // The recommendation stands by itself above.
    let title = advice.recommendation.title + ": "
    self.init(
      recommendation: advice.recommendation.title, direction: Direction(advice.recommendation),
      headline: advice.headline.hasPrefix(title) ? String(advice.headline.dropFirst(title.count)) : advice.headline,
      confidence: advice.confidenceSentence)
    objections = advice.objections.map(\.statement)
    lines = advice.lines.map { line in
      Line(
        Direction(line.direction), line.statement,
        source: line.stated.map { "assay.yaml" + ($0.line.map { ":\($0)" } ?? "") })
    }
    self.flips = flips.compactMap(\.words)
    missing = advice.missing.map { Step($0.statement, command: $0.command) }
  }
}

extension ReportDocument.Verdict.Direction {
  fileprivate init(_ recommendation: Advice.Recommendation) {
    self =
      switch recommendation {
      case .prompt: .prompting
      case .fineTune: .tuning
      case .hybrid: .combining
      case .undecided: .unknown
      }
  }

  fileprivate init(_ direction: Reason.Direction) {
    self =
      switch direction {
      case .forPrompting: .prompting
      case .forTuning: .tuning
      case .forHybrid: .combining
      case .against: .against
      case .neutral: .neutral
      case .unknown: .unknown
      }
  }
}

extension ReportDocument.Cost {
  /// What both ways cost; the sentence is the verdict's own.
  init(_ cost: CostModel, _ money: MoneyForecast?, _ advice: Advice) {
    let statement = advice.lines.first { $0.rule == .cost }?.statement
    self.init(sentence: statement ?? "whether tuning pays for itself is not known")
    let volume = cost.queriesPerMonth
    perQuery = (cost.prompted.perQuery(queriesPerMonth: volume), cost.tuned.perQuery(queriesPerMonth: volume))
    perMonth = cost.monthly.map { Monthly(prompted: $0.prompted, tuned: $0.tuned, investment: $0.investment) }
    guard let money else { return }
    missing = money.missing.map(\.rawValue)
    guard let forecast = money.forecast else { return }
    chances = CostForecast.months.map { .init(months: $0, probability: forecast.probabilities[$0] ?? 0) }
    never = forecast.neverProbability
    medianNet = forecast.medianNet
    tornado = forecast.tornado.map {
      Bar(name: $0.input.rawValue, atLow: $0.atLow, atHigh: $0.atHigh, range: money.range(of: $0.input) ?? "")
    }
    exact = forecast.exact.map(\.rawValue)
  }
}

extension ReportDocument.Criterion {
  /// A criterion of a verdict in plain values.
  init(_ row: Criteria.Row) {
    func side(_ side: Criteria.Side) -> Side { Side(side.text, basis: side.basis.words) }
    self.init(
      row.criterion.title, prompted: side(row.prompted), tuned: side(row.tuned),
      favours: row.favours.map { $0 == .prompting ? .prompting : .tuning } ?? .neutral)
  }
}
