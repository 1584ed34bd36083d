import Content
import Domain
import Evidence
import Files

/// Reads `training:`. A value that can't be read is an error, and stands at its default.
enum TrainingReader {
  /// Reads the defaults of `assay train`.
  static func read(
    _ fields: inout ConfigFields, models: Named<ModelSpec>, prompts: Named<Prompt>, backends: [Backend],
    folder: WorkspaceFolder
  ) -> TrainingDefaults {
    guard let value = fields.value("training"), var group = ConfigFields(value) else { return TrainingDefaults() }
    var training = TrainingDefaults()
    training.backend = group.choice("backend", among: backends.names)
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
    training.data = group.file("data", "a file such as train/main.jsonl", in: folder)
    group.read(TrainingSettings.table, into: &training.settings, in: folder)
    if training.settings.mix == nil, let mix = group.value("mix"), mix.isGroup,
      !mix.memberKeys.contains(where: { $0.name == "data" })
    {
      group.fail("mix", "A file of rows is missing: add `data`.")
    }
    training.slurm = SlurmReader.read(&group)
    training.command = CommandReader.read(&group, folder: folder)
    training.environment = ModelReader.variables("env", &group)
    group.finish()
    return training
  }
}

/// Reads `facts:`.
enum FactsReader {
  /// Reads what the verdict needs and no run can measure.
  static func read(_ fields: inout ConfigFields) -> WorkspaceFacts {
    var facts = WorkspaceFacts()
    guard let value = fields.value("facts"), var group = ConfigFields(value) else { return facts }
    func number(_ key: String) -> Double? { group.number(key, "a number from 0") { $0 >= 0 } }
    func amount(_ key: String) -> Double? {
      guard let stated = group.amount(key) else { return nil }
      if stated.isUncertain { facts.ranges[key] = stated }
      return stated.median
    }
    facts.worthwhileGain = group.number("worthwhile_gain", "a share above 0, at most 0.5") { $0 > 0 && $0 <= 0.5 }
    facts.hourlyRate = amount("hourly_rate")
    facts.engineeringHours = amount("engineering_hours")
    facts.trainingCost = amount("training_cost")
    facts.retrainings = number("retrainings")
    facts.retrainingsPerYear = amount("retrainings_per_year")
    facts.retrainingCost = amount("retraining_cost")
    facts.hostingPerMonth = amount("hosting_per_month")
    facts.project.queriesPerMonth = amount("queries_per_month")
    facts.project.targetScore = group.number("target_score", "a score from 0 to 1") { (0...1).contains($0) }
    facts.project.latencyLimit = number("latency_limit_ms")
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
