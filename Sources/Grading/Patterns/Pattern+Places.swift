import CPCRE2

extension Pattern {
  /// Why a text couldn't be searched or changed.
  package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence without a full stop.
    package var description: String
  }

  /// The first place at which the pattern occurs, as UTF-8 offsets; nil where it occurs nowhere from `start` on.
  /// - Parameter start: a UTF-8 offset at the start of a scalar.
  /// - Throws: ``Failure`` when the search takes too many steps.
  package func place(in subject: String, from start: Int = 0) throws(Failure) -> Range<Int>? {
    try compiled.place(in: subject, from: start)
  }

  /// The text with every occurrence replaced, and how many there were.
  /// - Parameter replacement: `$1` stands for the first group, `$0` for the whole, `$$` for a dollar sign.
  /// - Throws: ``Failure`` when the replacement names a group that isn't there, or the search takes too many steps.
  package func replacing(in subject: String, with replacement: String) throws(Failure) -> (text: String, count: Int) {
    try compiled.replacing(in: subject, with: replacement)
  }
}

extension CompiledPattern {
  /// The steps that one search may take.
  private static let steps: UInt32 = 5_000_000

  fileprivate func place(in subject: String, from start: Int) throws(Pattern.Failure) -> Range<Int>? {
    guard let data = pcre2_match_data_create_8(1, nil), let context = pcre2_match_context_create_8(nil) else {
      throw Pattern.Failure(description: "There is no memory to search with")
    }
    defer {
      pcre2_match_context_free_8(context)
      pcre2_match_data_free_8(data)
    }
    pcre2_set_match_limit_8(context, Self.steps)
    pcre2_set_heap_limit_8(context, SearchBudget.heap)
    var subject = subject
    let status = subject.withUTF8 { bytes in
      pcre2_match_8(
        code, bytes.baseAddress, bytes.count, min(start, bytes.count), UInt32(PCRE2_NO_UTF_CHECK), data, context)
    }
    if status == PCRE2_ERROR_NOMATCH { return nil }
    guard status >= 0, let places = pcre2_get_ovector_pointer_8(data) else {
      throw Pattern.Failure(description: "The pattern takes too many steps on this text")
    }
    return min(places[0], places[1])..<max(places[0], places[1])
  }

  fileprivate func replacing(
    in subject: String, with replacement: String
  ) throws(Pattern.Failure) -> (text: String, count: Int) {
    guard let context = pcre2_match_context_create_8(nil) else {
      throw Pattern.Failure(description: "There is no memory to search with")
    }
    defer { pcre2_match_context_free_8(context) }
    pcre2_set_match_limit_8(context, Self.steps)
    pcre2_set_heap_limit_8(context, SearchBudget.heap)
    var (subject, replacement) = (subject, replacement)
    let flags = UInt32(PCRE2_SUBSTITUTE_GLOBAL) | UInt32(PCRE2_SUBSTITUTE_OVERFLOW_LENGTH)
    var capacity = subject.utf8.count * 2 + 1024
    // The first try tells how much room the second one needs.
    for _ in 0..<2 {
      var output = [UInt8](repeating: 0, count: capacity)
      var length = capacity
      let status = subject.withUTF8 { text in
        replacement.withUTF8 { new in
          pcre2_substitute_8(
            code, text.baseAddress, text.count, 0, flags, nil, context, new.baseAddress, new.count, &output, &length)
        }
      }
      if status >= 0 { return (String(decoding: output.prefix(length), as: UTF8.self), Int(status)) }
      guard status == PCRE2_ERROR_NOMEMORY, length <= 1 << 26 else { throw Self.failure(status) }
      capacity = length
    }
    throw Pattern.Failure(description: "The text would become too long")
  }

  private static func failure(_ status: Int32) -> Pattern.Failure {
    switch status {
    case PCRE2_ERROR_NOSUBSTRING, PCRE2_ERROR_UNSET, PCRE2_ERROR_UNAVAILABLE:
      Pattern.Failure(description: "The replacement names a group that the pattern doesn't have")
    case PCRE2_ERROR_BADREPLACEMENT, PCRE2_ERROR_BADREPESCAPE, PCRE2_ERROR_REPMISSINGBRACE, PCRE2_ERROR_BADSUBSTITUTION:
      Pattern.Failure(description: "The replacement can't be read: write $$ for a dollar sign")
    case PCRE2_ERROR_NOMEMORY: Pattern.Failure(description: "The text would become too long")
    default: Pattern.Failure(description: "The pattern takes too many steps on this text")
    }
  }
}
