import Domain
import Drawing
import Evidence
import NumberFormat
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
    if settings.method != .full { words.append("rank \(settings.rank) × \(NumberFormat.plain(settings.scale))") }
    words.append("rate \(NumberFormat.plain(settings.learningRate)) \(settings.schedule.rawValue)")
    words.append("batch \(settings.batchSize * settings.gradientAccumulation)")
    words.append(
      settings.steps.map { NumberFormat.plural($0, "step") } ?? "\(NumberFormat.plain(settings.epochs)) epochs")
    words.append("≤ \(NumberFormat.count(settings.maxTokens)) tokens")
    if let rows = detail.rows {
      words.append("\(NumberFormat.count(rows.train)) + \(NumberFormat.count(rows.validation)) rows")
    }
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
      words.append("\(NumberFormat.size(parameters.trainable)) of \(NumberFormat.size(parameters.total)) weights")
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
      job.steps > 0
        ? "\(NumberFormat.count(job.step))/\(NumberFormat.count(job.steps))" : "step \(NumberFormat.count(job.step))"
    ]
    if let remaining, job.state == .running { words.append("\(NumberFormat.clock(remaining)) left") }
    return words.joined(separator: " · ")
  }

  /// Epoch, speed, time and memory.
  var line: [String] {
    var words: [String] = []
    if let epoch {
      words.append("epoch \(NumberFormat.fixed(epoch.now, decimals: 1))/\(NumberFormat.fixed(epoch.all, decimals: 1))")
    }
    if let speed = detail.metrics.last?.tokensPerSecond, speed.isFinite {
      words.append("\(NumberFormat.count(Int(min(speed, 1e12)))) tok/s")
    }
    if detail.firstEvent != nil || !job.state.isOver {
      words.append("\(NumberFormat.duration(elapsed.rounded()))\(job.state.isOver ? " in all" : "")")
    }
    let memory = detail.curves[.peakMemory]
    if !memory.isEmpty { words.append("\(NumberFormat.fixed(memory.column(0..<memory.count).high, decimals: 2)) GB") }
    if let use = detail.system.last?.use, !job.state.isOver { words += self.words(use) }
    return words
  }

  /// What the job takes of its machine now.
  private func words(_ use: SystemUse) -> [String] {
    func sum(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) }
    var words = use.cpu.map { ["CPU \(NumberFormat.percent($0))"] } ?? []
    guard !use.gpus.isEmpty else { return words }
    var gpu = [use.gpus.count == 1 ? "GPU" : "\(use.gpus.count) GPUs"]
    let shares = use.gpus.compactMap(\.utilization)
    if let share = sum(shares) { gpu.append(NumberFormat.percent(share / Double(shares.count))) }
    if let memory = sum(use.gpus.compactMap(\.memory)) {
      let all = sum(use.gpus.compactMap(\.memoryTotal)).map { "/\(NumberFormat.fixed($0, decimals: 0))" } ?? ""
      gpu.append("\(NumberFormat.fixed(memory, decimals: 1))\(all) GB")
    }
    if let power = sum(use.gpus.compactMap(\.power)) { gpu.append("\(NumberFormat.fixed(power, decimals: 0)) W") }
    if let heat = use.gpus.compactMap(\.temperature).max() { gpu.append("\(NumberFormat.fixed(heat, decimals: 0)) °C") }
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
      remarks.append(("Reading what it reported: \(NumberFormat.percent(detail.readShare)).", .info))
    }
    if let message = job.message { remarks.append((message, job.state.isOver ? job.state.remarkStyle : .warning)) }
    switch job.state {
    case .failed: remarks.append(("The log tells more. r goes on from what was saved; a adds another job.", .textDim))
    case .lost: remarks.append(("r goes on from what was saved last; u uses it as it is.", .textDim))
    case .paused: remarks.append(("r resumes it.", .textDim))
    case .canceled where !detail.checkpoints.isEmpty:
      remarks.append(("What was saved can be used with u; r goes on from it.", .textDim))
    case .queued where job.message == nil: remarks.append(("Starting the trainer …", .textDim))
    default: break
    }
    if let sign = overfitting {
      let text =
        "Overfitting: since step \(NumberFormat.count(sign.step)) the validation loss rises (\(NumberFormat.loss(sign.lowest)) to "
        + "\(NumberFormat.loss(sign.newest))) while the training loss falls."
      remarks.append((text, .warning))
    }
    if let silence { remarks.append(("No word for \(NumberFormat.duration(silence.rounded())).", .warning)) }
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
