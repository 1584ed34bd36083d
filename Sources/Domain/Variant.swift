import Routing

/// A model with a prompt and perhaps an adapter: *tuned* with an adapter or where the file says so, else *prompted*.
package struct Variant: Sendable, Hashable, Identifiable {
  /// The name under `variants:` in `assay.yaml`, or of its file in the folder `variants`.
  package let name: String
  /// The model's name.
  package var model: String
  /// The prompt's name.
  package var prompt: PromptName
  /// Titles of the sections to send, when not all that are on.
  package var sections: [String]?
  /// Titles of sections that are sent although they are off, or not among `sections`.
  package var with: [String] = []
  /// Titles of sections that are not sent.
  package var without: [String] = []
  /// The variant that this one is an arm of an ablation of; nil for the workspace's own variants.
  package var ablated: String?
  /// A folder with the adapter, relative to the workspace; of a model at an endpoint, the name that the tuned model has
  /// there; or `latestAdapter`.
  package var adapter: String?
  /// Whether `tuned: true` is written for the variant or its model: trained elsewhere, or named as a model of its own.
  package var isDeclaredTuned = false
  /// The model that it was tuned from, where that is another one than `model`.
  package var base: String?
  /// How the next token is chosen.
  package var sampling: Sampling
  /// The routing of inputs, where the variant is a router between two others; `model` and `prompt` are empty then.
  package var router: Router?
  /// An adapter called so is the best one of the newest finished job that the model can use.
  package static let latestAdapter = "latest"
  /// Which sections of its prompt it sends.
  package var choice: SectionChoice {
    get { SectionChoice(only: sections, with: with, without: without) }
    set { (sections, with, without) = (newValue.only, newValue.with, newValue.without) }
  }
  /// Which sections it sends to the cases of a set, which may have a prompt of its own.
  package func choice(on set: EvalSet?) -> SectionChoice { set?.prompt == nil ? choice : .all }
  /// Same as `name`.
  package var id: String { name }
  /// Whether it was trained: it has an adapter, or the file says so.
  package var isTuned: Bool { adapter != nil || isDeclaredTuned }
  /// The name of the model without what was learnt; nil for a prompted variant, and where nothing says which it is.
  package var untunedModel: String? { isTuned ? base ?? (isDeclaredTuned && adapter == nil ? nil : model) : nil }

  package init(
    name: String, model: String, prompt: PromptName, sections: [String]? = nil, adapter: String? = nil,
    sampling: Sampling = Sampling()
  ) {
    self.name = name
    self.model = model
    self.prompt = prompt
    self.sections = sections
    self.adapter = adapter
    self.sampling = sampling
  }

  package init(name: String, router: Router) {
    self.init(name: name, model: "", prompt: "")
    self.router = router
  }

  /// Whether it has no model of its own and sends each input to one of two other variants.
  package var isRouter: Bool { router != nil }

  /// The model's name, or of a router both variants' names.
  package var modelText: String { router.map { "\($0.cheap) or \($0.strong)" } ?? model }
}
