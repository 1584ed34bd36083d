import Drawing
import Evidence
import WorkbenchCore

extension TrainingJob.State {
  /// Tells the state without colour.
  var glyph: String {
    switch self {
    case .queued: "○"
    case .running: "▶"
    case .finished: "✓"
    case .failed: "✗"
    case .canceled: "■"
    case .paused: "‖"
    case .lost: "?"
    }
  }

  var style: StyleName {
    switch self {
    case .queued: .neutral
    case .running: .badgeRunning
    case .finished: .badgeDone
    case .failed, .lost: .badgeFailed
    case .canceled, .paused: .warning
    }
  }
}

/// What a job's header, events and the snapshot's time say in words and figures.
struct JobFigures {
  let detail: JobDetail
  /// Seconds since 1970.
  let time: Double

  private var job: TrainingJob { detail.job }

  /// The settings, one by one.
  var settings: [String] {
    let settings = job.settings
    var words = [settings.method.rawValue]
    if settings.method != .full { words.append("rank \(settings.rank) × \(Figure.plain(settings.scale))") }
    words.append("rate \(Figure.plain(settings.learningRate)) \(settings.schedule.rawValue)")
    words.append("batch \(settings.batchSize * settings.gradientAccumulation)")
    words.append(settings.steps.map { Figure.count($0, "step") } ?? "\(Figure.plain(settings.epochs)) epochs")
    words.append("≤ \(Figure.whole(settings.maxTokens)) tokens")
    if let rows = detail.rows { words.append("\(Figure.whole(rows.train)) + \(Figure.whole(rows.validation)) rows") }
    // What is told above, and what says nothing of the job itself.
    let told: [PartialKeyPath<TrainingSettings>] = [
      \.method, \.rank, \.scale, \.learningRate, \.schedule, \.batchSize, \.gradientAccumulation, \.epochs, \.steps,
      \.maxTokens, \.samples, \.checkpointCases, \.seed,
    ]
    for setting in TrainingSettings.table
    where setting.isChanged(in: settings) && !told.contains(where: { $0 == setting.path }) {
      words.append("\(setting.label) \(setting.cell(in: settings))")
    }
    words.append("seed \(settings.seed)")
    if let parameters = detail.parameters {
      words.append("\(Figure.size(parameters.trainable)) of \(Figure.size(parameters.total)) weights")
    }
    return words
  }

  /// Words in rows of at most `width` columns, with dots between them.
  static func flow(_ words: [String], width: Int) -> [String] {
    var rows: [String] = []
    for word in words {
      if let last = rows.last, TextWidth.columns(of: last) + TextWidth.columns(of: word) + 3 <= width {
        rows[rows.count - 1] = last + " · " + word
      } else {
        rows.append(word)
      }
    }
    return rows
  }

  /// Seconds from the first event, or from when it was made, until now or its end.
  var elapsed: Double {
    let start = detail.firstEvent ?? job.created.timeIntervalSince1970
    return max(0, (job.state.isOver ? detail.lastEvent ?? start : time) - start)
  }

  /// Seconds to go, less what passed since the last event.
  var remaining: Double? {
    detail.remainingSeconds.map { max(0, $0 - max(0, time - (detail.lastEvent ?? time))) }
  }

  /// Passes over the rows so far, and planned.
  var epoch: (now: Double, all: Double)? {
    guard let rows = detail.rows?.train, rows > 0 else { return nil }
    let batch = Double(job.settings.batchSize * job.settings.gradientAccumulation)
    return (Double(job.step) * batch / Double(rows), Double(job.steps) * batch / Double(rows))
  }

  var fraction: Double? { job.steps > 0 ? Double(job.step) / Double(job.steps) : nil }

  /// What stands beside the bar.
  var progress: String {
    var words = [
      job.steps > 0 ? "\(Figure.whole(job.step))/\(Figure.whole(job.steps))" : "step \(Figure.whole(job.step))"
    ]
    if let remaining, job.state == .running { words.append("\(ClockText.text(remaining)) left") }
    return words.joined(separator: " · ")
  }

  /// Epoch, speed, time and memory.
  var line: [String] {
    var words: [String] = []
    if let epoch {
      words.append("epoch \(Figure.decimal(epoch.now, places: 1))/\(Figure.decimal(epoch.all, places: 1))")
    }
    if let speed = detail.metrics.last?.tokensPerSecond, speed.isFinite {
      words.append("\(Figure.whole(Int(min(speed, 1e12)))) tok/s")
    }
    if detail.firstEvent != nil || !job.state.isOver {
      words.append("\(Figure.duration(elapsed))\(job.state.isOver ? " in all" : "")")
    }
    let memory = detail.curves[.peakMemory]
    if !memory.isEmpty { words.append("\(Figure.decimal(memory.column(0..<memory.count).high, places: 2)) GB") }
    if let use = detail.system.last?.use, !job.state.isOver { words += self.words(use) }
    return words
  }

  /// What the job takes of its machine now.
  private func words(_ use: SystemUse) -> [String] {
    func sum(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) }
    func percent(_ share: Double) -> String { "\(Figure.decimal(share * 100, places: 0)) %" }
    var words = use.cpu.map { ["CPU \(percent($0))"] } ?? []
    guard !use.gpus.isEmpty else { return words }
    var gpu = [use.gpus.count == 1 ? "GPU" : "\(use.gpus.count) GPUs"]
    let shares = use.gpus.compactMap(\.utilization)
    if let share = sum(shares) { gpu.append(percent(share / Double(shares.count))) }
    if let memory = sum(use.gpus.compactMap(\.memory)) {
      let all = sum(use.gpus.compactMap(\.memoryTotal)).map { "/\(Figure.decimal($0, places: 0))" } ?? ""
      gpu.append("\(Figure.decimal(memory, places: 1))\(all) GB")
    }
    if let power = sum(use.gpus.compactMap(\.power)) { gpu.append("\(Figure.decimal(power, places: 0)) W") }
    if let heat = use.gpus.compactMap(\.temperature).max() { gpu.append("\(Figure.decimal(heat, places: 0)) °C") }
    words.append(gpu.joined(separator: " "))
    return words
  }

  /// Whether it has begun to learn its rows by heart.
  var overfitting: OverfitSign? {
    let losses = detail.curves[.loss]
    return OverfitSign(validations: detail.validations.map { ($0.step, $0.loss) }) { step in
      losses.index(nearestTo: Double(step)).map { losses.point($0, .strong).value }
    }
  }

  /// Seconds without a word, when that is long for a job that runs.
  var silence: Double? {
    guard job.state == .running, let last = detail.lastEvent, time - last >= 30 else { return nil }
    return time - last
  }

  /// What a person should know, and what to do about it.
  var remarks: [(text: String, style: StyleName)] {
    var remarks: [(String, StyleName)] = []
    if detail.readShare < 1 {
      remarks.append(("Reading what it reported: \(Figure.decimal(detail.readShare * 100, places: 0)) %.", .info))
    }
    if let message = job.message { remarks.append((message, job.state.isOver ? job.state.remarkStyle : .warning)) }
    switch job.state {
    case .failed: remarks.append(("The log tells more. P goes on from what was saved; n starts another job.", .textDim))
    case .lost: remarks.append(("P goes on from what was saved last; u uses it as it is.", .textDim))
    case .paused: remarks.append(("P goes on with it.", .textDim))
    case .canceled where !detail.checkpoints.isEmpty:
      remarks.append(("What was saved can be used with u; P goes on from it.", .textDim))
    case .queued where job.message == nil: remarks.append(("Waiting for the trainer's first word.", .textDim))
    default: break
    }
    if let sign = overfitting {
      let text =
        "Overfitting: since step \(Figure.whole(sign.step)) the validation loss rises (\(Figure.loss(sign.lowest)) to "
        + "\(Figure.loss(sign.newest))) while the training loss falls."
      remarks.append((text, .warning))
    }
    if let silence { remarks.append(("No word for \(Figure.duration(silence)).", .warning)) }
    remarks += detail.remarks.suffix(3).map { ("Warning: \($0)", .warning) }
    return remarks
  }

  /// The checkpoint that is the job's best adapter; where that isn't known, the one that did best on the validation rows;
  /// nil where none was tried on them.
  var best: Checkpoint? {
    let isKnown = detail.bestStep != nil || detail.checkpoints.contains { $0.validationLoss?.isFinite == true }
    return isKnown ? detail.best : nil
  }
}

extension TrainingJob.State {
  fileprivate var remarkStyle: StyleName {
    switch self {
    case .failed, .lost: .error
    case .canceled, .paused: .warning
    default: .textDim
    }
  }
}
