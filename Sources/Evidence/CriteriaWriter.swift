import NumberFormat

/// Words for each criterion.
struct CriteriaWriter {
  typealias Row = Criteria.Row
  typealias Side = Criteria.Side

  let facts: Facts
  let workshop: Criteria.Workshop

  func row(_ criterion: Criteria.Criterion) -> Row {
    switch criterion {
    case .behaviour: behaviour
    case .consistency: consistency
    case .latency: latency
    case .cost: cost
    case .reusability: reusability
    case .flexibility: flexibility
    case .complexity: complexity
    case .data: data
    case .infrastructure: infrastructure
    case .accessibility: accessibility
    case .transparency: transparency
    case .lockIn: lockIn
    case .timeline: timeline
    case .expertise: expertise
    case .maintenance: maintenance
    }
  }

  // MARK: - Measured

  /// A side with what is measured of a variant; unknown where nothing is.
  private func side(_ variant: VariantFacts?, _ kind: String, _ text: (VariantFacts) -> String?) -> Side {
    guard let variant else { return Side(.unknown, "no \(kind) variant has been measured") }
    return text(variant).map { Side(.measured, $0) } ?? Side(.unknown, "not measured")
  }

  private func sides(_ text: (VariantFacts) -> String?) -> (Side, Side) {
    (side(facts.prompted, "prompted", text), side(facts.tuned, "tuned", text))
  }

  private var behaviour: Row {
    let (prompted, tuned) = sides { $0.score.map { "scores \(NumberFormat.percent($0))" } }
    let favours: Criteria.Way? =
      switch Outcome(facts.adjustedComparison) {
      case .tunedBetter: .tuning
      case .promptedBetter: .prompting
      default: nil
      }
    return Row(.behaviour, prompted, tuned, favours: favours)
  }

  private var consistency: Row {
    let (prompted, tuned) = sides { variant in
      variant.format.flatMap { format in
        format.rate.map { "the format is right in \(NumberFormat.percent($0, format.interval()))" }
      }
    }
    let favours: Criteria.Way? =
      switch facts.formatComparison?.effectClass {
      case .better: .tuning
      case .worse: .prompting
      default: nil
      }
    return Row(.consistency, prompted, tuned, favours: favours)
  }

  private var latency: Row {
    let (prompted, tuned) = sides { variant in
      guard let median = variant.medianLatency else { return nil }
      let slow = variant.slowLatency.map { ", 95 % within \(NumberFormat.duration($0 / 1000))" } ?? ""
      return "median \(NumberFormat.duration(median / 1000))\(slow)"
    }
    let favours: Criteria.Way? =
      switch facts.latencyComparison?.state {
      case .faster: .tuning
      case .slower: .prompting
      default: nil
      }
    return Row(.latency, prompted, tuned, favours: favours)
  }

  private var cost: Row {
    guard let cost = facts.cost else {
      let gap = Side(.unknown, "not known: it takes the price of the model and the tokens of its answers")
      return Row(.cost, gap, gap)
    }
    let investment =
      switch cost.breakEven {
      case .never: "; what tuning costs never comes back"
      case .after(let queries): "; what tuning costs comes back after \(NumberFormat.count(queries)) queries"
      case .unknown: "; when tuning pays for itself is not known"
      }
    func tokens(_ call: CallCost) -> String { "\(NumberFormat.dollars(call.tokensPerQuery)) a query" }
    func hosting(_ call: CallCost) -> String {
      guard let hosting = call.hostingPerMonth else { return ", hosting not stated" }
      return hosting > 0 ? ", and \(NumberFormat.dollars(hosting)) a month of hosting" : ""
    }
    let favours: Criteria.Way? =
      switch cost.breakEven {
      case .never: .prompting
      case .after: cost.monthsToBreakEven.map { $0 <= 12 ? .tuning : .prompting }
      case .unknown: nil
      }
    return Row(
      .cost, Side(.measured, tokens(cost.prompted) + hosting(cost.prompted)),
      Side(.measured, tokens(cost.tuned) + hosting(cost.tuned) + investment), favours: favours)
  }

  private var reusability: Row {
    let lost = facts.general.first { $0.forgetting.state == .lost }
    guard let general = lost ?? facts.general.first else {
      return Row(
        .reusability, Side(.byNature, "the model stays as it is"),
        Side(
          .unknown,
          facts.tuned == nil
            ? "no tuned variant has been measured" : "what tuning made the model forget has not been measured"))
    }
    let pairs = general.forgetting.comparison
    return Row(
      .reusability,
      Side(.measured, "\(general.base) as it is: \(NumberFormat.percent(general.before)) on \(general.set)"),
      Side(
        .measured,
        "\(NumberFormat.percent(general.after)) after tuning, \(NumberFormat.points(pairs.difference, pairs.interval))"),
      favours: lost == nil ? nil : .prompting)
  }

  private var complexity: Row {
    func words(_ tokens: Double?) -> String? {
      tokens.map { "requests of \(NumberFormat.plural(Int($0.rounded()), "token"))" }
    }
    let rows = facts.project.trainingExamples.map { ", and \(NumberFormat.plural($0, "training row"))" } ?? ""
    let (prompted, _) = sides { _ in words(workshop.prompted.promptTokens) }
    let (_, tuned) = sides { _ in words(workshop.tuned.promptTokens).map { $0 + rows } }
    return Row(.complexity, prompted, tuned)
  }

  private var data: Row {
    let cases = workshop.cases
    let prompted = Side(
      .measured,
      cases > 0 ? "\(NumberFormat.plural(cases, "case")) to measure by, no training rows" : "no training rows")
    guard let rows = facts.project.trainingExamples else {
      return Row(
        .data, prompted, Side(.unknown, "how many training rows there are is not known: training.data names none"),
        favours: .prompting)
    }
    return Row(
      .data, prompted, Side(.measured, "\(NumberFormat.plural(rows, "training row")) besides the cases"),
      favours: .prompting)
  }

  // MARK: - By nature, and as stated

  private var retraining: String {
    guard let seconds = workshop.trainingSeconds else { return "a training" }
    return "a training, measured \(NumberFormat.duration(seconds)) after it was started the last time"
  }

  private var flexibility: Row {
    Row(
      .flexibility, Side(.byNature, "a change of the prompt holds from the next query on"),
      Side(workshop.trainingSeconds == nil ? .byNature : .measured, "a change of what was learnt takes \(retraining)"),
      favours: .prompting)
  }

  private var timeline: Row {
    let versions = workshop.versions
    let prompted =
      versions.count > 1
      ? Side(
        .measured,
        "\(NumberFormat.plural(versions.count, "version")) measured within \(NumberFormat.duration(versions.seconds))")
      : Side(.unknown, "how long a version takes is not known: only one has been measured")
    let tuned: Side
    if let seconds = workshop.trainingSeconds {
      let trainings = NumberFormat.plural(workshop.trainings, "finished training")
      tuned = Side(.measured, "measured \(NumberFormat.duration(seconds)) after its training was started; \(trainings)")
    } else if facts.tuned != nil {
      tuned = Side(.unknown, "how long its training took is not known: it was trained elsewhere")
    } else {
      tuned = Side(.unknown, "nothing has been trained")
    }
    return Row(.timeline, prompted, tuned)
  }

  private func words(_ serving: Criteria.Workshop.Serving) -> (runs: String, access: String) {
    switch serving {
    case .server(let host): ("a server answers (\(host))", "access to the model at \(host)")
    case .engine:
      ("the local engine answers, on a machine of yours", "the model's weights and a machine that runs them")
    case .program: ("a program of yours answers", "the program that answers")
    case .recording: ("answers were recorded; what gave them is not known", "only its recorded answers are here")
    }
  }

  private func serving(_ way: Criteria.Workshop.Way, _ kind: String, _ part: (String, String) -> String) -> Side {
    guard let serving = way.serving else { return Side(.unknown, "no \(kind) variant has been measured") }
    let words = words(serving)
    return Side(serving == .recording ? .unknown : .measured, part(words.runs, words.access))
  }

  private var infrastructure: Row {
    let (prompted, tuned) = (workshop.prompted.serving, workshop.tuned.serving)
    let isAdded = if case .server? = prompted { tuned == .engine || tuned == .program } else { false }
    return Row(
      .infrastructure, serving(workshop.prompted, "prompted") { runs, _ in runs },
      serving(workshop.tuned, "tuned") { runs, _ in runs }, favours: isAdded ? .prompting : nil)
  }

  private var accessibility: Row {
    Row(
      .accessibility, serving(workshop.prompted, "prompted") { _, access in "takes \(access)" },
      serving(workshop.tuned, "tuned") { _, access in "takes \(access), with what was learnt" })
  }

  private var transparency: Row {
    let tuned: Side =
      switch facts.trainingRows {
      case .known(let file): Side(.measured, "what was learnt is in the weights; its rows can be read in \(file)")
      case .assumed(let file):
        Side(.unknown, "what was learnt is in the weights; whether its rows are those of \(file) is not known")
      case .unknown: Side(.unknown, "what was learnt is in the weights, and its rows are not known")
      case nil: Side(.byNature, "what is learnt is in the weights")
      }
    return Row(
      .transparency, Side(.byNature, "every word of the prompt can be read"), tuned, favours: .prompting)
  }

  private var lockIn: Row {
    let models = workshop.promptModels
    let prompted =
      models > 1
      ? Side(.measured, "the prompt has been measured on \(models) models")
      : Side(.unknown, "how the prompt does on another model has not been measured")
    let base = workshop.base.map { "its base model, \($0)" } ?? "one base model"
    return Row(
      .lockIn, prompted, Side(.byNature, "what was learnt belongs to \(base)"), favours: models > 1 ? .prompting : nil)
  }

  private var expertise: Row {
    let tuned: Side =
      switch facts.project.hasExpertise {
      case true?: Side(.stated, "somebody can train and run models (tuning_expertise)")
      case false?: Side(.stated, "nobody can train and run models yet (tuning_expertise)")
      case nil: Side(.unknown, "whether somebody can train and run models is not stated (tuning_expertise)")
      }
    return Row(
      .expertise, Side(.byNature, "writing, and reading answers"), tuned,
      favours: facts.project.hasExpertise == false ? .prompting : nil)
  }

  private var maintenance: Row {
    let prompted = Side(.byNature, "measure again when the model changes")
    guard let count = workshop.retrainingsPerYear else {
      return Row(
        .maintenance, prompted,
        Side(.unknown, "how often it has to be trained again is not stated (retrainings_per_year)"))
    }
    let each = facts.cost?.investment.retrainingCost.map { " at \(NumberFormat.dollars($0)) each" } ?? ""
    let number = NumberFormat.trimmed(count, decimals: 1)
    return Row(
      .maintenance, prompted,
      Side(.stated, "\(number) training\(number == "1" ? "" : "s") a year after the first\(each)"))
  }
}
