import Content
import Domain
import Foundation

/// What a job would take, before it is started. What nobody knows yet is nil.
package struct TrainingEstimate: Sendable, Hashable {
  /// What it is the estimate of.
  package var request: TrainRequest
  /// Rows to learn from.
  package var rows: Int
  /// Optimiser steps.
  package var steps: Int
  /// Tokens read over all steps, estimated as a quarter of the characters.
  package var tokens: Int
  /// Seconds, at the pace of `pacedBy`.
  package var seconds: Double?
  /// The earlier job whose pace was taken.
  package var pacedBy: JobID?
  /// Memory at its peak, in gigabytes.
  package var memory: Double?
  /// What it costs.
  package var dollars: Double?
  /// Why it can't be started as it is, or can't be estimated; a sentence.
  package var problem: String?

  /// An estimate of which nothing is known.
  package init(request: TrainRequest, rows: Int = 0, steps: Int = 0, tokens: Int = 0, problem: String? = nil) {
    self.request = request
    self.rows = rows
    self.steps = steps
    self.tokens = tokens
    self.problem = problem
  }

  /// All that is known, in a sentence.
  package var sentence: String {
    if let problem { return problem }
    var words = [steps > 0 ? "\(steps) step\(steps == 1 ? "" : "s") over \(rows) rows" : "\(rows) rows"]
    words.append("about \(Self.short(Double(tokens))) tokens")
    if let seconds, let pacedBy {
      words.append("about \(Self.time(seconds)) at the pace of job \(pacedBy)")
    } else {
      words.append("how long isn't known before the first job")
    }
    if let memory { words.append("about \(Self.twoDigits(memory)) GB of memory") }
    if let dollars { words.append("about $\(Self.twoDigits(dollars))") }
    return words.joined(separator: ", ") + "."
  }

  private static func short(_ number: Double) -> String {
    number < 1_000
      ? "\(Int(number))"
      : number < 1e6
        ? "\(twoDigits(number / 1e3)) K"
        : number < 1e9 ? "\(twoDigits(number / 1e6)) M" : "\(twoDigits(number / 1e9)) G"
  }

  private static func twoDigits(_ value: Double) -> String {
    guard value.isFinite, value < 1e15 else { return "–" }
    if value >= 10 { return "\(Int(value.rounded()))" }
    let tenths = Int((value * (value < 1 ? 100 : 10)).rounded())
    let unit = value < 1 ? 100 : 10
    let digits = String(tenths % unit)
    return "\(tenths / unit)." + (value < 1 && digits.count < 2 ? "0" : "") + digits
  }

  private static func time(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "–" }
    return seconds < 100
      ? "\(Int(seconds.rounded(.up))) s"
      : seconds < 5_400 ? "\(Int((seconds / 60).rounded())) min" : "\(twoDigits(seconds / 3600)) hours"
  }
}

/// How much memory training takes at its peak.
///
/// Weights, gradients and Adam's two moments in single precision for what is learnt, and activations after Korthikanti et
/// al. 2022 (Reducing Activation Recomputation in Large Transformer Models): about 34 bytes for each token, layer and unit of
/// width in half precision, twice that in single precision, and 4 (the layer's input) where they are recomputed; and the
/// scores of the vocabulary twice.
package struct TrainingMemory: Sendable, Hashable {
  /// All weights of the model.
  package var parameters: Double
  /// Bytes of each weight that isn't learnt: 4, 2, or 0.5 where quantised.
  package var bytesPerWeight: Double
  /// Width of the model.
  package var hidden: Double
  /// Layers of the model.
  package var layers: Double
  /// Size of the vocabulary.
  package var vocabulary: Double

  /// Reads a model's `config.json`; nil where it says too little.
  /// - Parameter weightBytes: size of the files with its weights.
  package init?(config: JSONValue, weightBytes: Int) {
    guard let hidden = config["hidden_size"]?.double, let layers = config["num_hidden_layers"]?.double,
      let vocabulary = config["vocab_size"]?.double, (1..<1e6).contains(hidden), (1..<1e4).contains(layers),
      (1..<1e8).contains(vocabulary), weightBytes > 0
    else { return nil }
    let bits = config["quantization"]?["bits"]?.double ?? config["quantization_config"]?["bits"]?.double
    if let bits, !(1...32).contains(bits) { return nil }
    let type = config["torch_dtype"]?.string ?? config["dtype"]?.string ?? "float32"
    bytesPerWeight = bits.map { $0 / 8 } ?? (type.hasSuffix("16") ? 2 : 4)
    parameters = Double(weightBytes) / bytesPerWeight
    self.hidden = hidden
    self.layers = layers
    self.vocabulary = vocabulary
  }

  /// Gigabytes at the peak, to perhaps a third.
  /// - Parameter tokens: tokens of the longest row in a batch.
  package func gigabytes(_ settings: TrainingSettings, tokens: Double, onCPU: Bool) -> Double {
    let computed: Double = onCPU ? 4 : 2
    let isQuantised = bytesPerWeight < 2 || settings.quantizeBits > 0
    let frozen = settings.quantizeBits > 0 ? 0.5 : onCPU && !isQuantised ? 4 : bytesPerWeight
    let tuned = min(layers, settings.layers.map(Double.init) ?? layers)
    let learnt: Double =
      settings.method == .full
      ? parameters * tuned / layers
        // Seven products in a layer, most of them as wide as the model and some up to four times.
      : tuned * 7 * 3 * hidden * Double(settings.rank)
    // Of what is learnt, the 16 bytes hold the weight, its gradient and two moments.
    let weights = settings.method == .full ? (parameters - learnt) * 4 : parameters * frozen
    let states = learnt * 16
    let batch = Double(settings.batchSize) * tokens * (settings.objective == .dpo ? 2 : 1)
    let perLayer = settings.gradientCheckpointing ? 2 * computed : 34 * computed / 2
    let activations = batch * layers * hidden * perLayer
    let scores = batch * vocabulary * 4 * 2
    return (weights + states + activations + scores) / 1e9
  }
}

extension Workbench {
  /// What a job would take. Reads the rows and the model's folder, and asks nobody.
  package func estimate(_ request: TrainRequest) async -> TrainingEstimate {
    do { return try await estimated(request) } catch {
      return TrainingEstimate(request: request, problem: String(describing: error))
    }
  }

  private func estimated(_ request: TrainRequest) async throws -> TrainingEstimate {
    let defaults = snapshot.workspace.training
    let (backend, base) = try backend(
      named: request.backend ?? defaults.backend, tuning: request.base ?? defaults.base)
    guard let data = request.data ?? defaults.data else {
      throw WorkbenchError.input("There is nothing to learn from: name a file of rows.")
    }
    let settings = request.settings ?? defaults.settings
    let rows = try await dependencies.files.trainingRows(at: data)
    let others =
      if let mix = settings.mix { try await dependencies.files.trainingRows(at: mix.data) } else { [TrainingRow]() }
    let split = try await Self.split(rows, settings, file: data).keeping(settings.dataShare)
    let learnt = split.mixing(others, share: settings.mix?.share ?? 0, seed: settings.seed)
    let lengths = learnt.map { row in row.messages.reduce(0) { $0 + $1.content.unicodeScalars.count / 4 + 4 } }
    if backend.descriptor.isHosted {
      // A provider reads whole rows, so many times, in batches of its own choice.
      let passes = min(50, max(1, settings.epochs.rounded()))
      var estimate = TrainingEstimate(
        request: request, rows: learnt.count, tokens: Int(min(1e15, Double(lengths.reduce(0, +)) * passes)))
      estimate.dollars = base.price?.cost(ofTraining: estimate.tokens)
      return estimate
    }
    let batch = Double(min(settings.batchSize, learnt.count))
    let perStep = max(1, batch * Double(settings.gradientAccumulation))
    let perEpoch = (Double(learnt.count) / max(1, batch)).rounded(.up)
    let steps =
      settings.steps
      ?? max(1, Int(min(1e15, (settings.epochs * perEpoch / Double(settings.gradientAccumulation)).rounded())))
    let read = lengths.map { min(settings.maxTokens, $0) }
    let mean = Double(read.reduce(0, +)) / Double(max(1, read.count))
    var estimate = TrainingEstimate(
      request: request, rows: learnt.count, steps: steps, tokens: Int(min(1e15, mean * Double(steps) * perStep)))
    if let pace = await pace(of: backend.word, base.name, settings) {
      estimate.seconds = Double(steps) * perStep / pace.rowsPerSecond
      estimate.pacedBy = pace.job
    }
    estimate.memory = memory(of: base).map {
      let onCPU = backend.descriptor.usesProcessorsOnLinux && ProcessInfo.processInfo.isLinux
      return $0.gigabytes(settings, tokens: Double(read.max() ?? 0), onCPU: onCPU)
    }
    if let seconds = estimate.seconds, let rate = defaults.pricePerHour { estimate.dollars = seconds / 3600 * rate }
    return estimate
  }

  /// Rows a second of the newest job of the same kind.
  private func pace(
    of backend: String, _ base: String, _ settings: TrainingSettings
  ) async -> (job: JobID, rowsPerSecond: Double)? {
    let alike = snapshot.jobs.filter {
      $0.backend == backend && $0.base == base && $0.step > 0 && $0.settings.method == settings.method
        && $0.settings.objective == settings.objective
    }
    for job in alike.prefix(3) {
      let detail = if let known = details[job.id] { known } else { await detail(of: job) }
      let rates = detail.metrics.suffix(50).compactMap(\.stepsPerSecond).filter { $0 > 0 && $0.isFinite }
      guard !rates.isEmpty else { continue }
      let rate = rates.reduce(0, +) / Double(rates.count)
      return (job.id, rate * Double(max(1, job.settings.batchSize * job.settings.gradientAccumulation)))
    }
    return nil
  }

  private func memory(of model: ModelSpec) -> TrainingMemory? {
    guard case .mlx(let path) = model.api else { return nil }
    let folder = absolute(path)
    let manager = FileManager.default
    guard let names = try? manager.contentsOfDirectory(atPath: folder),
      let attributes = try? manager.attributesOfItem(atPath: folder + "/config.json"),
      attributes[.type] as? FileAttributeType == .typeRegular,
      (attributes[.size] as? NSNumber)?.intValue ?? .max < 1 << 20,
      let data = manager.contents(atPath: folder + "/config.json"), let config = try? JSONValue(parsing: Array(data))
    else { return nil }
    let bytes = names.filter { $0.hasSuffix(".safetensors") && $0.hasPrefix("model") }.reduce(0) { sum, name in
      let size = try? manager.attributesOfItem(atPath: folder + "/" + name)[.size] as? NSNumber
      return sum + (size?.intValue ?? 0)
    }
    return TrainingMemory(config: config, weightBytes: bytes)
  }
}

extension ProcessInfo {
  /// Whether this is Linux, where mlx computes on the CPU unless its CUDA build is there.
  fileprivate var isLinux: Bool {
    #if os(Linux)
      true
    #else
      false
    #endif
  }
}
