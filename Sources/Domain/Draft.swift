import Foundation

/// A text that was typed and is not in its file, kept so that it outlives the process it was typed in.
package struct KeptDraft: Sendable, Hashable {
  /// The text.
  package var text: String
  /// When it was typed.
  package var time: Date
  package init(text: String, time: Date) {
    self.text = text
    self.time = time
  }
}

/// Names what a draft is a draft of, by a path under `.assay/drafts`.
package struct DraftPath: Sendable, Hashable, CustomStringConvertible {
  /// Relative to `.assay/drafts`.
  package var description: String

  /// A path that was found there.
  package init(found path: String) { description = path }

  /// Of a prompt's section.
  package init(section id: String, of prompt: Prompt) { description = "\(prompt.path)/\(id)" }

  /// Of a case; of a new one where `id` is nil.
  package init(caseID id: String?, of set: EvalSet) {
    let name = id.map { $0.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined() } ?? "+"
    description = "\(set.path)/\(name.prefix(60)).json"
  }
}
