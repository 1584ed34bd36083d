import Content
import Testing

@testable import Domain

/// The tables of settings, and what is read from them.
@Suite struct SettingTests {
  @Test func namesAreUnique() {
    func areUnique(_ names: [String]) -> Bool { Set(names).count == names.count }
    #expect(areUnique(TrainingSettings.table.map(\.key)) && areUnique(Sampling.table.map(\.key)))
    #expect(areUnique(TrainingSettings.table.map(\.flag)) && areUnique(TrainingSettings.table.map(\.label)))
    #expect(areUnique(TrainingSettings.table.map(\.heading)))
  }

  @Test func helpFitsTheForm() {
    for setting in TrainingSettings.table {
      #expect(!setting.help.isEmpty && setting.help.count <= 34 && setting.help.last != ".", "\(setting.key)")
    }
  }

  @Test func defaultsAreWithinTheirLimits() {
    for setting in TrainingSettings.table {
      #expect(setting.defaultValue.map(setting.allows) ?? (setting.unset != nil), "\(setting.key)")
    }
  }

  @Test func everyPropertyIsInTheTable() {
    // Members of groups are settings of their own.
    let properties = Mirror(reflecting: TrainingSettings()).children.count
    let groups = 2
    let inGroups = TrainingSettings.table.count { $0.place.group != nil }
    #expect(properties == TrainingSettings.table.count - inGroups + groups)
  }

  @Test func defaultsAreThoseOfPEFTAndTRL() {
    let settings = TrainingSettings()
    #expect(settings.rank == 8 && settings.scale == 2, "alpha is twice the rank")
    #expect(settings.batchSize == 8 && settings.epochs == 3 && settings.learningRate == 1e-4)
    #expect(settings.dropout == 0 && settings.warmupSteps == 0 && settings.beta == 0.1 && settings.method == .lora)
  }

  @Test func settingsComeBackFromJSON() {
    var settings = TrainingSettings()
    settings.method = .full
    settings.layers = 3
    settings.quantizeBits = 4
    settings.maskPrompt = false
    settings.mix = TrainingMix(data: "train/b.jsonl", share: 0.25)
    settings.hosted.suffix = "mine"
    settings.maxHours = 1.5
    #expect(TrainingSettings(json: settings.json) == settings)
    #expect(TrainingSettings(json: [:]) == TrainingSettings())
    let sampling = Sampling(temperature: 0.5, topP: 1, maxTokens: 7, seed: 0, stop: ["a", "b"])
    #expect(Sampling(json: sampling.json) == sampling && Sampling().json.isEmpty)
  }

  @Test func whatHasTheWrongTypeStaysAtItsDefault() {
    let json: JSONObject = [
      "rank": "many", "scale": [1], "mask_prompt": 1, "method": "lara", "mix.share": 0.5, "layers": 1.5, "later": true,
    ]
    #expect(TrainingSettings(json: json) == TrainingSettings())
  }

  @Test(arguments: [
    ("rank", "0"), ("rank", "4097"), ("rank", "8.5"), ("rank", ""), ("scale", "0"), ("scale", "nan"), ("scale", "inf"),
    ("learning_rate", "1.01"), ("learning_rate", "0"), ("dropout", "1"), ("seed", "-1"), ("seed", "4294967296"),
    ("method", "LoRA"), ("quantize_bits", "8"), ("mask_prompt", "maybe"), ("mix.share", "1"),
    ("validation_share", "0.51"),
    ("data_share", "0"), ("batch_size", "65537"), ("steps", "0"), ("openai.suffix", "a\nb"), ("epochs", "1e6"),
  ])
  func whatIsBeyondALimitIsRefused(_ key: String, _ text: String) throws {
    let setting = try #require(TrainingSettings.table.first { $0.key == key })
    #expect(setting.value(from: text) == nil, "\(setting.expected)")
  }

  @Test(arguments: [
    ("rank", "1"), ("rank", "4096"), ("scale", "1e-3"), ("learning_rate", "1"), ("dropout", "0"),
    ("seed", "4294967295"),
    ("validation_share", "0"), ("validation_share", "0.5"), ("data_share", "1"), ("batch_size", "65536"),
    ("quantize_bits", "4"), ("mask_prompt", "no"), ("mix.share", "0"), ("patience", "0"), ("method", "dora"),
  ])
  func theLimitsThemselvesAreAllowed(_ key: String, _ text: String) throws {
    let setting = try #require(TrainingSettings.table.first { $0.key == key })
    let value = try #require(setting.value(from: text))
    var settings = TrainingSettings()
    settings.mix = TrainingMix(data: "a.jsonl")
    setting.set(value, in: &settings)
    if key == "mix.share" { #expect(settings.mix == nil, "0 mixes none in") }
    if key == "quantize_bits" { #expect(settings.quantizeBits == 4) }
    if key == "mask_prompt" { #expect(!settings.maskPrompt) }
  }

  @Test func askingForEpochsByNameTakesStepsBack() {
    var settings = TrainingSettings()
    settings.steps = 100
    let epochs = TrainingSettings.setting(\.epochs)
    #expect(!epochs.matters(in: settings))
    epochs.set(.number(2), in: &settings)
    #expect(settings.steps == 100)
    epochs.choose(.number(2), in: &settings)
    #expect(settings.steps == nil && settings.epochs == 2 && epochs.matters(in: settings))
  }

  @Test func rangesAreToldInWords() {
    let ranges: [NumberRange] = [
      .above(0), .above(0, to: 1), .from(0, below: 1), .from(0, to: 0.5), .above(0, below: 1e6),
    ]
    #expect(
      ranges.map(\.description) == [
        "above 0", "above 0, at most 1", "from 0, below 1", "from 0 to 0.5", "above 0, below 1000000",
      ])
    #expect(!NumberRange.above(0).contains(.infinity) && !NumberRange.from(0).contains(.nan))
  }

  @Test func valuesAreShownWithTheirUnits() {
    var settings = TrainingSettings()
    settings.epochs = 1
    settings.validationShare = 0.125
    func text(_ path: PartialKeyPath<TrainingSettings>) -> String {
      TrainingSettings.setting(path).display(in: settings)
    }
    #expect(text(\.epochs) == "1 pass" && text(\.batchSize) == "8 rows" && text(\.validationShare) == "12.5 %")
    #expect(text(\.layers) == "all" && text(\.maxHours) == "no limit" && text(\.learningRate) == "0.0001")
  }
}
