import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// What a run's header, progress and summary say in words.
struct RunFigures {
  let run: Run

  /// Why requests failed, the most frequent reason first.
  static func sorted(_ failures: [String: Int]) -> [(reason: String, count: Int)] {
    failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  // MARK: Under way

  /// What stands beside the bar.
  static func bar(_ progress: RunProgress) -> String {
    let counts = "\(NumberFormat.count(progress.done))/\(NumberFormat.count(progress.total))"
    guard let seconds = progress.remainingSeconds, progress.done < progress.total else { return counts }
    return counts + " · \(NumberFormat.clock(seconds)) left"
  }

  /// Speed, errors, width and money.
  static func words(_ progress: RunProgress, theme: Theme) -> [[Span]] {
    var words: [[Span]] = []
    if let rate = progress.rate { words.append([Span(NumberFormat.rate(rate), theme[.textStrong])]) }
    if progress.errors > 0 { words.append([Span(NumberFormat.plural(progress.errors, "error"), theme[.error])]) }
    if progress.inFlight > 0 || progress.waiting == nil {
      let most = progress.width > 0 ? " of at most \(progress.width)" : ""
      words.append([Span("\(progress.inFlight)\(most) under way")])
    }
    if progress.reused > 0 { words.append([Span("\(NumberFormat.count(progress.reused)) reused")]) }
    if let cost = progress.cost {
      words.append([Span("\(progress.unpriced > 0 ? "at least " : "")\(NumberFormat.dollars(cost)) so far")])
    }
    return words
  }

  // MARK: At rest

  /// Label and words of each line of the stored summary.
  func summary(_ prompt: String?, _ snapshot: Snapshot, theme: Theme) -> [(label: String, words: [[Span]])] {
    let summary = run.summary
    let done = max(1, summary.done)
    func plain(_ words: [String]) -> [[Span]] { words.map { [Span($0)] } }
    var answered = [
      [Span("\(NumberFormat.count(summary.done)) of \(NumberFormat.count(run.requests))", theme[.textStrong])]
    ]
    if run.repeats > 1 {
      answered += plain(["\(run.repeats) answers to each of \(NumberFormat.plural(run.cases, "case"))"])
    }
    if summary.errors > 0 {
      answered.append([Span("\(NumberFormat.count(summary.errors)) without an answer", theme[.error])])
    }
    let kinds = NoAnswer.allCases.compactMap { kind in summary.noAnswers[kind].map(kind.words) }
    if !kinds.isEmpty { answered.append([Span("no answer: " + kinds.joined(separator: ", "), theme[.error])]) }
    if summary.unscored > 0 {
      answered.append([Span("\(NumberFormat.count(summary.unscored)) not scored", theme[.warning])])
    }
    var lines = [("answered", answered)]
    if summary.scored > 0 {
      let score = NumberFormat.percent(summary.mean, summary.low, summary.high)
      let bar = IntervalBar(value: summary.mean, low: summary.low, high: summary.high).spans(width: 24, theme)
      lines.append(("score", [[Span(score, theme[.textStrong]), Span("  ")] + bar]))
      if summary.leftOut > 0 {
        let strict = NumberFormat.percent(summary.strict.mean, summary.strict.low, summary.strict.high)
        lines.append(
          ("", plain(["\(strict) with the \(NumberFormat.count(summary.leftOut)) replies that are no answer as wrong"]))
        )
      }
      let valid = NumberFormat.percent(Double(summary.formatValid) / Double(done))
      lines.append(
        (
          "passed",
          plain([
            "\(NumberFormat.count(summary.passed)) of \(NumberFormat.count(summary.scored))", "\(valid) well-formed",
          ])
        ))
    }
    if summary.counted > 0 { lines.append(("tokens", plain(tokens))) }
    if summary.latencyMedian > 0 {
      let words = [
        "median \(NumberFormat.duration(summary.latencyMedian))",
        "95 % within \(NumberFormat.duration(summary.latency95))",
      ]
      lines.append(("latency", plain(words)))
    }
    if let cost = summary.costText {
      let each = summary.costPerReply.map { "\(NumberFormat.dollars($0)) for each answer" }
      let open = summary.unpriced > 0 ? "\(NumberFormat.count(summary.unpriced)) answers without a known cost" : nil
      lines.append(("cost", plain([cost] + [each, open].compactMap(\.self))))
    }
    let age = NumberFormat.ago(snapshot.time.timeIntervalSince(run.started))
    lines.append(("work", plain([NumberFormat.duration(run.seconds), "started \(age)"])))
    lines.append(("model", plain(settings)))
    lines.append(
      (
        "prompt",
        plain([
          prompt ?? (run.variant.isRouter ? "both prompts" : run.variant.prompt), "version \(run.promptVersion.short)",
        ])
      ))
    return lines
  }

  private var tokens: [String] {
    let summary = run.summary
    let (prompts, answers) = (summary.promptTokens, summary.completionTokens)
    func mean(_ value: Double?) -> String { value.map { NumberFormat.count($0.rounded()) } ?? "–" }
    var words = ["\(mean(summary.meanPromptTokens)) in, \(mean(summary.meanCompletionTokens)) out for each answer"]
    if summary.counted < summary.replies {
      words[0] += " (\(NumberFormat.count(summary.replies - summary.counted)) not counted by the server)"
    }
    if let cached = summary.cachedPromptTokens, prompts > 0 {
      words.append("\(NumberFormat.percent(Double(cached) / Double(prompts))) of the prompts from a cache")
    }
    return words + ["\(NumberFormat.count(prompts)) in, \(NumberFormat.count(answers)) out in all"]
  }

  /// The model and how it is asked.
  private var settings: [String] {
    var words = [run.variant.modelText]
    let sampling = run.variant.sampling
    if let adapter = run.variant.adapter { words.append("adapter \(adapter)") }
    if let value = sampling.temperature { words.append("temperature \(NumberFormat.trimmed(value, decimals: 2))") }
    if let value = sampling.topP { words.append("top-p \(NumberFormat.trimmed(value, decimals: 2))") }
    if let value = sampling.maxTokens { words.append("at most \(NumberFormat.plural(value, "token"))") }
    if let value = sampling.seed { words.append("seed \(value)") }
    return words
  }

  // MARK: What next

  /// What to do with it, with the key for it.
  func advice(_ change: RunChange?, _ pair: RunPair?, isKnownWhy: Bool) -> [(text: String, style: StyleName)] {
    var lines: [(String, StyleName)] = []
    if run.state == .running {
      lines.append(("Another Assay on this machine is working on it; what it stores is shown here.", .statusBusy))
    }
    if let change { lines.append((change.sentence(run), .warning)) }
    if change == nil, run.state == .paused { lines.append((pausedSentence, .warning)) }
    if run.state == .finished, change == nil {
      let kept = run.summary.leftOut
      lines.append(
        kept == 0
          ? ("Complete.", .success)
          : ("Every case has a reply; \(kept) of them \(kept == 1 ? "is no answer" : "are no answers").", .text))
    }
    if run.summary.errors > 0, !isKnownWhy {
      lines.append(("assay outputs \(run.id) lists the reasons.", .textDim))
    }
    if let pair {
      let kind = pair.other.variant.name == run.variant.name ? "the same variant" : pair.other.variant.name
      lines.append(("c reads its answers beside those of run \(pair.other.id), \(kind).", .textDim))
    }
    return lines
  }

  private var pausedSentence: String {
    let summary = run.summary
    // Replies that are no answer were paid for and are kept.
    let open = max(0, run.requests - summary.replies)
    let failed = max(0, summary.errors - summary.leftOut)
    let unanswered = run.repeats > 1 ? "\(NumberFormat.count(open)) missing answers" : NumberFormat.plural(open, "case")
    let errors = NumberFormat.plural(failed, run.repeats > 1 ? "request" : "case")
    if summary.replies == 0, failed == 0 { return "Nothing is answered yet: r starts it." }
    if failed > 0, failed >= open {
      return run.repeats > 1
        ? "r asks again for the \(unanswered)."
        : "r asks again for the \(unanswered) without an answer."
    }
    let rest = failed > 0 ? ", and asks again for the \(errors) that failed" : ""
    return
      "Paused with \(NumberFormat.count(summary.done)) of \(NumberFormat.count(run.requests)) answered: r resumes it\(rest)."
  }
}

extension RunChange {
  /// What has changed, and what that means for the run.
  func sentence(_ run: Run) -> String {
    let again = "r evaluates \(run.variant.name) as it is now."
    return switch self {
    case .variantIsGone: "≠ The variant or its prompt is gone from assay.yaml: this run can be read, not resumed."
    case .setIsGone: "≠ The eval set is gone from assay.yaml: this run is kept, and can't be resumed."
    case .variant: "≠ The variant's model, adapter or sampling has changed since: " + again
    case .prompt: "≠ The prompt has changed since: " + again
    case .set: "≠ The eval set has changed since: " + again
    }
  }
}
