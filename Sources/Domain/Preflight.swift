import Content

/// A check of the rows on the real tokenizer and chat template, made before a step: one that failed, or the word that all
/// passed.
package struct Preflight: Sendable, Hashable {
  /// The checks that may fail, by the words to accept them by.
  package enum Check: String, Sendable, Hashable, CaseIterable {
    case rowMembers = "row_members"
    case learntTokens = "learnt_tokens"
    case cut
    case endToken = "end_token"
    case startToken = "start_token"
    case serving
  }
  /// The most rows that are named.
  package static let mostRows = 10

  /// A word of ``Check``, or `all` where nothing was found.
  package var check: String
  /// The file of rows in the job's folder.
  package var file: String?
  /// How many rows it fails for; 0 where it passed.
  package var count: Int
  /// Of how many.
  package var of: Int
  /// Numbers of rows in the job's file, from 1: the first of them.
  package var rows: [Int]
  /// What was found, in a sentence that names rows in the person's own files.
  package var message: String
  /// What to do, in a sentence.
  package var fix: String
  /// Why it may fail, in the words of who accepted it.
  package var accepted: String?

  package init(
    check: String, file: String? = nil, count: Int, of: Int, rows: [Int] = [], message: String, fix: String = "",
    accepted: String? = nil
  ) {
    self.check = check
    self.file = file
    self.count = count
    self.of = of
    self.rows = rows
    self.message = message
    self.fix = fix
    self.accepted = accepted
  }

  /// Whether it found nothing.
  package var hasPassed: Bool { count == 0 }
  /// Whether a job may not start with what it found.
  package var isRefused: Bool { !hasPassed && accepted == nil }
}
