import Domain

extension Snapshot {
  /// The adapter that `latest` stands for in a variant; nil while there is none.
  package func latestAdapter(for variant: Variant) -> String? {
    variant.latestAdapter(of: jobs, on: workspace.model(variant.model))
  }
}
