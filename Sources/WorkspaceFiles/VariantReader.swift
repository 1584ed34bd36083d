import Content
import Domain
import Files

/// Reads `variants:` and the files of the folder `variants`.
struct VariantReader {
  let models: Named<ModelSpec>
  let prompts: Named<Prompt>
  let folder: WorkspaceFolder
  /// What is wrong with the files.
  private(set) var problems: [Problem] = []
  /// Whether no variant is written anywhere, so that each model was taken for one.
  private(set) var areImplied = false
  /// The names of all variants that are written anywhere.
  private var names: [String] = []

  init(models: Named<ModelSpec>, prompts: Named<Prompt>, folder: WorkspaceFolder) {
    self.models = models
    self.prompts = prompts
    self.folder = folder
  }

  /// Reads all variants, those of `assay.yaml` first; where none is written, each model with the first prompt.
  mutating func read(_ fields: inout ConfigFields) -> [Variant] {
    let files = VariantFiles.names(in: folder, problems: &problems)
    let value = fields.value("variants")
    if value == nil, files.isEmpty, !problems.contains(where: { $0.severity == .error }) {
      areImplied = true
      guard let prompt = prompts.items.first else { return [] }
      return models.items.map { model in
        var variant = Variant(name: model.name, model: model.name, prompt: prompt.name)
        (variant.isDeclaredTuned, variant.base) = (model.isTuned, model.base)
        return variant
      }
    }
    var lines: [String: Int?] = [:]
    var variants: [Variant] = []
    var group = value.flatMap { ConfigFields($0, expected: "names with variants") }
    names = (group?.names ?? []) + files
    if group != nil {
      for (name, value) in group?.all() ?? [] {
        lines.updateValue(value.line, forKey: name)
        guard var fields = ConfigFields(value, expected: "keys such as { model: …, prompt: … }") else { continue }
        if let variant = variant(name, &fields) { variants.append(variant) }
      }
    }
    var flaws: [Problem] = []
    for name in files {
      if let line = lines[name] {
        noteTwice(name, line: line)
        continue
      }
      let variant = VariantFiles.read(name, in: folder, problems: &flaws) { self.variant(name, &$0) }
      if let variant { variants.append(variant) }
    }
    problems += flaws
    return withoutChains(variants, lines)
  }

  /// Leaves out routers whose arms are routers, which is noted.
  private mutating func withoutChains(_ variants: [Variant], _ lines: [String: Int?]) -> [Variant] {
    let routers = Set(variants.filter(\.isRouter).map(\.name))
    return variants.filter { variant in
      guard let router = variant.router, let arm = [router.cheap, router.strong].first(where: routers.contains) else {
        return true
      }
      let isListed = lines[variant.name] != nil
      problems.append(
        Problem(
          file: isListed ? WorkspaceReader.file : VariantFiles.path(of: variant.name),
          line: lines[variant.name] ?? nil, key: "variants.\(variant.name).router.arms",
          message: "\"\(arm)\" is a router itself, and a router chooses between two variants with models of their own.")
      )
      return false
    }
  }

  /// Notes a name that stands in `assay.yaml` and has a file, at both places.
  private mutating func noteTwice(_ name: String, line: Int?) {
    let file = VariantFiles.path(of: name)
    let other = WorkspaceReader.file + (line.map { ":\($0)" } ?? "")
    let advice = "Remove one of them, or give it another name."
    problems.append(
      Problem(
        file: file, key: "variants.\(name)", message: "The variant \"\(name)\" stands in \(other), too. \(advice)"))
    problems.append(
      Problem(
        file: WorkspaceReader.file, line: line, key: "variants.\(name)",
        message: "The variant \"\(name)\" has a file \(file), too. \(advice)"))
  }

  private func variant(_ name: String, _ fields: inout ConfigFields) -> Variant? {
    if let value = fields.value("router") {
      return RouterReader(variants: names).router(name, value, &fields).map { Variant(name: name, router: $0) }
    }
    let model = fields.text("model", "the name of a model") ?? models.declared.first
    if let model, models[model] == nil {
      models.report("model", model, at: "model", in: &fields)
    } else if model == nil, !fields.isBroken {
      fields.fail(nil, "Needs a model, and there is none: add one under `models:`.")
    }
    let prompt = fields.text("prompt", "the name of a prompt") ?? prompts.declared.first
    if let prompt, prompts[prompt] == nil {
      prompts.report("prompt", prompt, at: "prompt", in: &fields)
    } else if prompt == nil, !fields.isBroken {
      fields.fail(nil, "Needs a prompt, and there is none: make a folder such as prompts/main.")
    }
    let sections = fields.texts("sections", "a list of section titles")
    let with = fields.texts("with", "a list of section titles")
    let without = fields.texts("without", "a list of section titles")
    for (key, titles) in [("sections", sections), ("with", with), ("without", without)] {
      check(titles, at: key, of: prompt, &fields)
    }
    let spec = model.flatMap { models[$0] }
    let adapter = fields.text(
      "adapter",
      spec?.isEndpoint == true ? "the tuned model's id, such as ft:…" : "a folder such as .assay/jobs/1/best")
    if let adapter { check(adapter: adapter, of: spec, &fields) }
    let isTuned = fields.flag("tuned")
    if isTuned == false, adapter != nil {
      fields.fail("tuned", "A variant with an adapter is tuned: remove tuned: false, or the adapter.")
    }
    let isDeclaredTuned = isTuned ?? spec?.isTuned ?? false
    let base = base(isTuned: isDeclaredTuned || adapter != nil, model, &fields)
    var sampling = Sampling()
    fields.read(Sampling.table, into: &sampling, in: folder)
    fields.finish()
    guard let model, let prompt, !fields.isBroken else { return nil }
    var variant = Variant(
      name: name, model: model, prompt: prompt, sections: sections, adapter: adapter, sampling: sampling)
    (variant.with, variant.without) = (with ?? [], without ?? [])
    variant.isDeclaredTuned = isDeclaredTuned
    variant.base = base ?? (isDeclaredTuned ? spec?.base : nil)
    return variant
  }

  /// Reads `base`: the model that a tuned variant was made from.
  private func base(isTuned: Bool, _ model: String?, _ fields: inout ConfigFields) -> String? {
    guard let base = fields.text("base", "the name of a model") else { return nil }
    if !isTuned {
      fields.fail("base", "Only a tuned variant has a base: add tuned: true, or remove base.")
    } else if !models.declares(base) {
      models.report("model", base, at: "base", in: &fields)
    }
    return base == model ? nil : base
  }

  /// A model at an endpoint loads no folder: what was tuned has a name there. Recorded answers and programs load none
  /// either; the adapter says whose answers they are.
  private func check(adapter: String, of model: ModelSpec?, _ fields: inout ConfigFields) {
    switch model?.api {
    case .endpoint?: break
    case .replay?, .command?:
      if adapter.utf8.count > 256
        || adapter.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
      {
        fields.fail("adapter", "Expected the adapter's name: at most 256 characters on one line.")
      }
      return
    case .mlx?, nil:
      do { _ = try folder.reading(adapter, mayBeAbsolute: true) } catch { fields.fail("adapter", error.description) }
      return
    }
    if ["/", ".", "~"].contains(where: adapter.hasPrefix) {
      fields.fail(
        "adapter", "A model at an endpoint loads no folder: name what the tuned model is called there, such as ft:….")
    } else if adapter.utf8.count > 256 || !adapter.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
      fields.fail("adapter", "Expected the tuned model's id: at most 256 characters without spaces.")
    }
  }

  private func check(_ titles: [String]?, at key: String, of prompt: String?, _ fields: inout ConfigFields) {
    guard let titles, let prompt = prompt.flatMap({ prompts[$0] }) else { return }
    let known = prompt.sections.map(\.title)
    for title in titles where !known.contains(title) {
      let nearest = Spelling.nearest(to: title, among: known)
      let advice = nearest == nil ? " It has \(known.joined(separator: ", "))." : ConfigFields.suggestion(nearest)
      fields.fail(key, "The prompt \"\(prompt.name)\" has no section titled \"\(title)\"." + advice)
    }
  }
}
