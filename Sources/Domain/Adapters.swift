/// Adapters by where they are: a folder that the local engine loads, or a model of its own at an endpoint, such as a tuned
/// model at a provider or a LoRA that vLLM serves.
extension TrainingJob {
  /// What a variant names as its adapter to use a checkpoint: a folder relative to the workspace, or a model's id.
  package func adapter(at checkpoint: Checkpoint) -> String {
    isHosted ? checkpoint.path : "\(folder)/\(checkpoint.path)"
  }

  /// Whether it made an adapter.
  package func made(_ adapter: String) -> Bool {
    isHosted ? adapter == self.adapter : adapter.hasPrefix(folder + "/")
  }
}

extension Variant {
  /// The adapter that `latestAdapter` stands for: of the newest finished job whose adapter the variant's model can use.
  /// A model at an endpoint can use what was tuned from it there. Nil while there is none.
  package func latestAdapter(of jobs: [TrainingJob], on model: ModelSpec?) -> String? {
    jobs.first { job in
      guard job.state == .finished, job.adapter != nil else { return false }
      return model?.isEndpoint == true ? job.isHosted && job.base == self.model : !job.isHosted
    }?.adapter
  }
}

extension Workspace {
  /// What the tokens of a variant cost, where known. A price from the table is the base model's: what was tuned from it
  /// costs something else.
  package func price(of variant: Variant) -> TokenPrice? {
    guard let model = model(variant.model) else { return nil }
    return model.isEndpoint && variant.isTuned && model.price?.asOf != nil ? nil : model.price
  }
}
