public import Foundation

/// A text that was typed and is not in its file, kept so that it outlives the process it was typed in.
public struct KeptDraft: Sendable, Hashable {
  /// The text.
  public var text: String
  /// When it was typed.
  public var time: Date
  /// Makes one.
  public init(text: String, time: Date) {
    self.text = text
    self.time = time
  }
}

/// Names what a draft is a draft of, by a path under `.assay/drafts`.
public struct DraftPath: Sendable, Hashable, CustomStringConvertible {
  /// Relative to `.assay/drafts`.
  public var description: String

  /// A path that was found there.
  public init(found path: String) { description = path }

  /// Of a prompt's section.
  public init(section id: String, of prompt: Prompt) { description = "\(prompt.path)/\(id)" }

  /// Of a case; of a new one where `id` is nil.
  public init(caseID id: String?, of set: EvalSet) {
    let name = id.map { $0.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined() } ?? "+"
    description = "\(set.path)/\(name.prefix(60)).json"
  }
}
