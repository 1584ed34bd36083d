import Domain

/// Which prompt to show or try, on which case, as which variant.
package struct RenderRequest: Sendable, Hashable {
  /// The variant whose prompt, model and sampling are meant.
  package var variant: String
  /// The eval set.
  package var set: String
  /// The case; the first where nil.
  package var caseID: String?
  package init(variant: String, set: String, caseID: String? = nil) {
    self.variant = variant
    self.set = set
    self.caseID = caseID
  }
}
