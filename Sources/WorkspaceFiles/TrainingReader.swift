import Content
import Files
import WorkbenchCore

/// Reads `training:`. A value that can't be read is an error, and stands at its default.
enum TrainingReader {
  /// Reads the defaults of `assay train`.
  static func read(
    _ fields: inout ConfigFields, models: Named<ModelSpec>, prompts: Named<Prompt>, folder: WorkspaceFolder
  ) -> TrainingDefaults {
    guard let value = fields.value("training"), var group = ConfigFields(value) else { return TrainingDefaults() }
    var training = TrainingDefaults()
    training.backend = group.choice("backend", among: TrainingBackend.words)
    training.pricePerHour = group.number("price_per_hour", "dollars, from 0") { $0 >= 0 }
    training.base = group.text("base", "the name of a model")
    if let base = training.base, models[base] == nil {
      models.report("model", base, at: "base", in: &group)
      training.base = nil
    }
    training.prompt = group.text("prompt", "the name of a prompt")
    if let prompt = training.prompt, prompts[prompt] == nil {
      prompts.report("prompt", prompt, at: "prompt", in: &group)
      training.prompt = nil
    }
    training.data = readFile("data", "a file such as train/main.jsonl", &group, folder)
    readMethod(&group, &training.settings)
    readSteps(&group, &training.settings)
    training.settings.mix = readMix(&group, folder)
    training.slurm = SlurmReader.read(&group)
    training.command = CommandReader.read(&group, folder: folder)
    training.settings.hosted = readHosted(&group)
    training.environment = ModelReader.variables("env", &group)
    if let config = training.settings.acceleratorConfig {
      do { _ = try folder.reading(config, mayBeAbsolute: true) } catch {
        group.fail("accelerate_config", error.description)
      }
    }
    group.finish()
    return training
  }

  /// A file that a key names; nil, and an error of the group, when it can't be read.
  private static func readFile(
    _ key: String, _ expected: String, _ group: inout ConfigFields, _ folder: WorkspaceFolder
  ) -> String? {
    guard let path = group.text(key, expected) else { return nil }
    do {
      _ = try folder.reading(path, mayBeAbsolute: true)
      return path
    } catch {
      group.fail(key, error.description)
      return nil
    }
  }

  private static func readMix(_ training: inout ConfigFields, _ folder: WorkspaceFolder) -> TrainingMix? {
    guard let value = training.value("mix"), var group = ConfigFields(value) else { return nil }
    let data = readFile("data", "a file such as train/general.jsonl", &group, folder)
    if data == nil, !group.isBroken { group.fail(nil, "A file of rows is missing: add `data`.") }
    let share = group.number("share", "a number above 0, below 1") { $0 > 0 && $0 < 1 }
    group.finish()
    guard let data else { return nil }
    var mix = TrainingMix(data: data)
    mix.share = share ?? mix.share
    return mix
  }

  /// What a provider is told; `auto`, like a key that is missing, leaves it to the provider.
  private static func readHosted(_ training: inout ConfigFields) -> HostedSettings {
    var hosted = HostedSettings()
    guard let value = training.value("openai"), var group = ConfigFields(value) else { return hosted }
    hosted.suffix = group.text("suffix", "a text of at most 64 characters")
    if let suffix = hosted.suffix, suffix.count > 64 || suffix.contains(where: { $0.isNewline || $0 == "\u{1b}" }) {
      group.fail("suffix", "Expected a text of at most 64 characters.")
      hosted.suffix = nil
    }
    if group.value("batch_size")?.text != "auto" { hosted.batchSize = group.count("batch_size", from: 1, to: 256) }
    if group.value("learning_rate_multiplier")?.text != "auto" {
      hosted.learningRateMultiplier = group.number("learning_rate_multiplier", "a number more than 0, or auto") {
        $0 > 0
      }
    }
    group.finish()
    return hosted
  }

  private static func readMethod(_ group: inout ConfigFields, _ settings: inout TrainingSettings) {
    let methods = TrainingSettings.Method.allCases.map(\.rawValue)
    settings.method = group.choice("method", among: methods).flatMap { .init(rawValue: $0) } ?? settings.method
    settings.rank = group.count("rank", from: 1, to: 4096) ?? settings.rank
    settings.scale = group.number("scale", "a number more than 0") { $0 > 0 } ?? settings.scale
    settings.dropout = group.number("dropout", "a number from 0, below 1") { $0 >= 0 && $0 < 1 } ?? settings.dropout
    settings.layers = group.count("layers", from: 1, to: 4096) ?? settings.layers
    let rate = group.number("learning_rate", "a number more than 0, at most 1") { $0 > 0 && $0 <= 1 }
    settings.learningRate = rate ?? settings.learningRate
    let schedules = TrainingSettings.Schedule.allCases.map(\.rawValue)
    settings.schedule = group.choice("schedule", among: schedules).flatMap { .init(rawValue: $0) } ?? settings.schedule
    settings.warmupSteps = group.count("warmup_steps", from: 0) ?? settings.warmupSteps
    settings.finalLearningRate =
      group.number("final_learning_rate", "a number from 0 to 1") { (0...1).contains($0) } ?? settings.finalLearningRate
    let objectives = TrainingSettings.Objective.allCases.map(\.rawValue)
    settings.objective =
      group.choice("objective", among: objectives).flatMap { .init(rawValue: $0) } ?? settings.objective
    settings.beta = group.number("beta", "a number above 0") { $0 > 0 } ?? settings.beta
    let optimizers = ["adam", "adamw", "sgd", "adafactor", "muon"]
    settings.optimizer = group.choice("optimizer", among: optimizers) ?? settings.optimizer
    let bits = group.choice("quantize_bits", among: ["0", "4"])
    settings.quantizeBits = bits.flatMap { Int($0) } ?? settings.quantizeBits
  }

  private static func readSteps(_ group: inout ConfigFields, _ settings: inout TrainingSettings) {
    settings.epochs = group.number("epochs", "a number more than 0") { $0 > 0 && $0 < 1e6 } ?? settings.epochs
    settings.steps = group.count("steps", from: 1) ?? settings.steps
    settings.batchSize = group.count("batch_size", from: 1, to: 65_536) ?? settings.batchSize
    settings.gradientCheckpointing = group.flag("gradient_checkpointing") ?? settings.gradientCheckpointing
    settings.processes = group.count("processes", from: 1, to: 4096)
    settings.acceleratorConfig = group.text("accelerate_config", "a file of accelerate's, such as deepspeed.yaml")
    settings.samples = group.count("samples", from: 0, to: 16) ?? settings.samples
    settings.checkpointCases = group.count("checkpoint_cases", from: 0, to: 100_000) ?? settings.checkpointCases
    settings.maxHours = group.number("max_hours", "a number of hours above 0") { $0 > 0 }
    let dataShare = group.number("data_share", "a number above 0, at most 1") { $0 > 0 && $0 <= 1 }
    settings.dataShare = dataShare ?? settings.dataShare
    let accumulation = group.count("gradient_accumulation", from: 1, to: 65_536)
    settings.gradientAccumulation = accumulation ?? settings.gradientAccumulation
    settings.maxTokens = group.count("max_tokens", from: 8) ?? settings.maxTokens
    settings.maskPrompt = group.flag("mask_prompt") ?? settings.maskPrompt
    let share = group.number("validation_share", "a number from 0 to 0.5") { (0...0.5).contains($0) }
    settings.validationShare = share ?? settings.validationShare
    settings.evaluateEvery = group.count("evaluate_every", from: 1) ?? settings.evaluateEvery
    settings.reportEvery = group.count("report_every", from: 1) ?? settings.reportEvery
    settings.patience = group.count("patience", from: 0) ?? settings.patience
    settings.seed = group.count("seed", from: 0, to: Int(UInt32.max)) ?? settings.seed
  }
}

/// Reads `facts:`.
enum FactsReader {
  /// Reads what the verdict needs and no run can measure.
  static func read(_ fields: inout ConfigFields) -> WorkspaceFacts {
    var facts = WorkspaceFacts()
    guard let value = fields.value("facts"), var group = ConfigFields(value) else { return facts }
    func amount(_ key: String) -> Double? { group.number(key, "a number from 0") { $0 >= 0 } }
    facts.worthwhileGain = group.number("worthwhile_gain", "a share above 0, at most 0.5") { $0 > 0 && $0 <= 0.5 }
    facts.hourlyRate = amount("hourly_rate")
    facts.engineeringHours = amount("engineering_hours")
    facts.trainingCost = amount("training_cost")
    facts.retrainings = amount("retrainings")
    facts.hostingPerMonth = amount("hosting_per_month")
    facts.project.queriesPerMonth = amount("queries_per_month")
    facts.project.targetScore = group.number("target_score", "a score from 0 to 1") { (0...1).contains($0) }
    facts.project.latencyLimit = amount("latency_limit_ms")
    facts.project.isEarly = group.flag("early_stage")
    facts.project.requirementsMove = group.flag("requirements_moving")
    facts.project.needsFlexibility = group.flag("needs_flexibility")
    facts.project.isNeededToday = group.flag("needed_today")
    facts.project.hasExpertise = group.flag("tuning_expertise")
    facts.project.budgetIsSmall = group.flag("small_budget")
    facts.project.formatIsCritical = group.flag("format_critical")
    facts.project.hasJargon = group.flag("domain_jargon")
    facts.project.latencyIsCritical = group.flag("latency_critical")
    facts.project.behaviourMustChange = group.flag("behaviour_must_change")
    facts.project.isRegulated = group.flag("regulated")
    facts.project.factsChange = group.flag("facts_change")
    facts.project.queryTypesDiffer = group.flag("query_types_differ")
    facts.project.canRoute = group.flag("can_route")
    group.finish()
    for key in group.names { facts.lines[key] = group.value(key)?.line }
    return facts
  }
}
