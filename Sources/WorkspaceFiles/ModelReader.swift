import Content
import Domain
import Files
import Foundation

/// Reads `models:`.
struct ModelReader {
  /// The APIs that models may name; the first is taken where an address stands without one.
  let dialects: [Endpoint.Dialect]
  let folder: WorkspaceFolder

  /// Reads all models; without the key, what the folder holds.
  func read(_ fields: inout ConfigFields) -> Named<ModelSpec> {
    var named = Named<ModelSpec>()
    guard let value = fields.value("models") else {
      for model in inferred() {
        named.declare(model.name)
        named.add(model, named: model.name)
      }
      return named
    }
    guard var group = ConfigFields(value, expected: "names with models") else { return named }
    let members = group.all()
    let names = members.map(\.name)
    for (name, value) in members {
      named.declare(name)
      guard var fields = ConfigFields(value, expected: "keys such as { api: openai, base_url: …, model: … }") else {
        continue
      }
      if let model = model(name, &fields, among: names) { named.add(model, named: name) }
    }
    return named
  }

  private func inferred() -> [ModelSpec] {
    var models: [ModelSpec] = []
    if WorkspaceFolder.exists(folder.path + "/model/config.json") {
      models.append(ModelSpec(name: "local", api: .mlx(path: "model")))
    }
    if WorkspaceFolder.exists(folder.path + "/recorded.jsonl") {
      models.append(ModelSpec(name: "recorded", api: .replay(file: "recorded.jsonl")))
    }
    return models
  }

  private func model(_ name: String, _ fields: inout ConfigFields, among names: [String]) -> ModelSpec? {
    for key in ["key", "api_key", "token", "secret"] where fields.value(key) != nil {
      fields.fail(
        key,
        "Keys don't belong in files: put the key in an environment variable and name that with key_env. If this file was "
          + "ever shared, make a new key.")
    }
    guard let kind = kind(&fields) else { return nil }
    let api = api(kind, name, &fields)
    let concurrency = fields.count("concurrency", from: 1, to: 4096)
    let timeout = fields.number("timeout", "seconds, more than 0") { $0 > 0 && $0 <= 86_400 }
    let limits = Self.limits(&fields)
    let listed: TokenPrice? = if case .endpoint(let endpoint)? = api { PriceTable.price(of: endpoint) } else { nil }
    let dialect = if case .endpoint(let endpoint)? = api { endpoint.dialect } else { Endpoint.Dialect?.none }
    let price = PriceReader.price(&fields, listed: listed, dialect: dialect)
    let options = kind == "replay" ? [:] : options(&fields, for: api)
    let environment = kind == "command" ? Self.variables("env", &fields) : []
    let isTuned = fields.flag("tuned")
    let base = Self.base(of: name, isTuned: isTuned, among: names, &fields)
    fields.finish()
    guard let api, !fields.isBroken else { return nil }
    var model = ModelSpec(
      name: name, api: api, limits: limits, price: price ?? listed, options: options, environment: environment)
    model.concurrency = concurrency ?? model.concurrency
    model.timeout = timeout ?? model.timeout
    model.isTuned = isTuned ?? false
    model.base = base
    return model
  }

  /// Reads `base`: the model that a tuned one was made from.
  private static func base(
    of name: String, isTuned: Bool?, among names: [String], _ fields: inout ConfigFields
  ) -> String? {
    guard let base = fields.text("base", "the name of a model") else { return nil }
    if isTuned != true {
      fields.fail("base", "Only a tuned model has a base: add tuned: true, or remove base.")
    } else if base == name {
      fields.fail("base", "A model is not its own base: name the model that it was tuned from.")
    } else if !names.contains(base) {
      fields.fail(
        "base",
        "There is no model called \"\(base)\"." + ConfigFields.suggestion(Spelling.nearest(to: base, among: names)))
    }
    return base
  }

  /// The word after `api:`, or what the other keys suggest.
  private func kind(_ fields: inout ConfigFields) -> String? {
    let kinds = dialects.map(\.word) + ["mlx", "command", "replay"]
    if fields.value("api") != nil { return fields.choice("api", among: kinds) }
    let signs = ["base_url": kinds[0], "path": "mlx", "command": "command", "file": "replay"]
    if let sign = fields.names.first(where: { signs[$0] != nil }) { return signs[sign] }
    fields.fail(nil, "Needs an api: \(kinds.dropLast().joined(separator: ", ")) or \(kinds[kinds.count - 1]).")
    return nil
  }

  private func api(_ kind: String, _ name: String, _ fields: inout ConfigFields) -> ModelSpec.API? {
    if let dialect = dialects.first(where: { $0.word == kind }) { return .endpoint(endpoint(dialect, name, &fields)) }
    switch kind {
    case "command": return command(&fields)
    case "mlx":
      guard let path = fields.text("path", "a folder, or a hub id such as hub:org/name") else {
        if !fields.isBroken { fields.fail(nil, "Needs a path: the model's folder, or a hub id such as hub:org/name.") }
        return nil
      }
      checkModel(path, &fields)
      return .mlx(path: path)
    default:
      guard let file = fields.text("file", "a file such as recorded.jsonl") else {
        if !fields.isBroken { fields.fail(nil, "Needs a file of lines such as {\"id\": …, \"output\": …}.") }
        return nil
      }
      check(file, &fields, "file")
      return .replay(file: file)
    }
  }

  /// Notes a model's folder that isn't there, or a hub id that is none.
  private func checkModel(_ path: String, _ fields: inout ConfigFields) {
    if path.hasPrefix(HubID.prefix) {
      if HubID(path) == nil {
        fields.fail("path", "Expected a hub id such as hub:org/name, or hub:org/name@revision.")
      }
      return
    }
    do {
      let absolute = try folder.reading(path, mayBeAbsolute: true)
      guard WorkspaceFolder.exists(absolute) else {
        let hub = HubID(HubID.prefix + path) == nil ? "" : " A model of the hub is written \(HubID.prefix)\(path)."
        fields.log.add(
          .error, line: fields.value("path")?.line, key: fields.child("path"),
          "\(path) doesn't exist; correct the path or put the model's folder there.\(hub)")
        return
      }
      try folder.checkLinks(in: path)
    } catch {
      fields.fail("path", error.description)
    }
  }

  /// Notes a path that isn't there. The model stays, because what it answered before can still be looked at.
  func check(_ path: String, _ fields: inout ConfigFields, _ key: String) {
    do {
      let absolute = try folder.reading(path, mayBeAbsolute: true)
      guard !WorkspaceFolder.exists(absolute) else { return }
      fields.log.add(
        .error, line: fields.value(key)?.line, key: fields.child(key),
        "\(path) doesn't exist; correct the path or put it there.")
    } catch {
      fields.fail(key, error.description)
    }
  }
}
