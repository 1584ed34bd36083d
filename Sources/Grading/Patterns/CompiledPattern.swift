import CPCRE2

/// PCRE2's compiled form of a pattern, with machine code where PCRE2 can make it.
///
/// `pcre2_code` is not written to after compilation and may be used by several threads at once (pcre2api, section
/// "Multithreading"); what a search writes to is made for each search. That is why the pointer may be shared.
final class CompiledPattern: Sendable {
  // Unsafe to the compiler alone: PCRE2 guarantees that compiled code is read-only and shareable between threads.
  nonisolated(unsafe) let code: OpaquePointer
  /// Whether the pattern can match at the start of a text alone.
  private let isAnchored: Bool

  /// Compiles a pattern in PCRE2's syntax.
  /// - Throws: ``PatternFlaw`` when it is no regular expression.
  init(_ text: String, options: Pattern.Options) throws(PatternFlaw) {
    guard let context = pcre2_compile_context_create_8(nil) else {
      throw PatternFlaw("there is no memory to compile it", at: 0)
    }
    defer { pcre2_compile_context_free_8(context) }
    pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
    pcre2_set_bsr_8(context, UInt32(PCRE2_BSR_UNICODE))
    pcre2_set_parens_nest_limit_8(context, 200)
    var flags = UInt32(PCRE2_UTF) | UInt32(PCRE2_NEVER_BACKSLASH_C) | UInt32(PCRE2_USE_OFFSET_LIMIT)
    if options.ignoresCase { flags |= UInt32(PCRE2_CASELESS) }
    if options.isUnicode { flags |= UInt32(PCRE2_UCP) }
    if options.isECMA { flags |= UInt32(PCRE2_DOLLAR_ENDONLY) | UInt32(PCRE2_MATCH_UNSET_BACKREF) }
    var status: Int32 = 0
    var offset = 0
    var pattern = text
    let compiled = pattern.withUTF8 { pcre2_compile_8($0.baseAddress, $0.count, flags, &status, &offset, context) }
    guard let compiled else { throw Self.flaw(status, at: offset, in: text) }
    code = compiled
    var found: UInt32 = 0
    pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_ALLOPTIONS), &found)
    isAnchored = found & UInt32(PCRE2_ANCHORED) != 0
    // Without machine code, for example where memory may not be executable, the interpreter does the same.
    // Its steps take longer the deeper a group calls itself, so that no number of steps bounds a search: such patterns are
    // left to the interpreter, which notices when one goes round in circles.
    if !Self.callsGroups(text) { pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE)) }
  }

  /// Whether a pattern may call one of its groups, or itself: `(?R)`, `(?1)`, `(?-1)`, `(?&name)`, `(?P>name)`, `\g<name>`.
  private static func callsGroups(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.indices.contains { place in
      let rest = bytes[place...].prefix(4)
      if rest.starts(with: Array("\\g<".utf8)) || rest.starts(with: Array("\\g'".utf8)) { return true }
      guard rest.starts(with: Array("(?".utf8)), let next = rest.dropFirst(2).first else { return false }
      if UInt8(ascii: "0")...UInt8(ascii: "9") ~= next || [UInt8(ascii: "R"), UInt8(ascii: "&")].contains(next) {
        return true
      }
      let last = rest.dropFirst(3).first ?? 0
      if [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(next) { return UInt8(ascii: "0")...UInt8(ascii: "9") ~= last }
      return next == UInt8(ascii: "P") && last == UInt8(ascii: ">")
    }
  }

  deinit { pcre2_code_free_8(code) }

  private static func flaw(_ status: Int32, at byte: Int, in text: String) -> PatternFlaw {
    let offset = String(decoding: text.utf8.prefix(byte), as: UTF8.self).unicodeScalars.count
    switch status {
    case PCRE2_ERROR_MISSING_CLOSING_PARENTHESIS, PCRE2_ERROR_MISSING_SQUARE_BRACKET:
      if let flaw = PatternFlaw(unclosedIn: text) { return flaw }
    case PCRE2_ERROR_UNMATCHED_CLOSING_PARENTHESIS:
      return PatternFlaw(offset: offset, subject: "the \")\"", problem: "closes nothing: \"(\" is missing")
    case PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH:
      return PatternFlaw(
        offset: offset, subject: "the lookbehind", problem: "has an alternative without a fixed length",
        isLookbehindLength: true)
    case PCRE2_ERROR_UNSUPPORTED_ESCAPE_SEQUENCE:
      return PatternFlaw(#"\F, \L, \l, \N{…}, \U and \u are not supported (a scalar is written \x{e9})"#, at: offset)
    case PCRE2_ERROR_DUPLICATE_SUBPATTERN_NAME: return PatternFlaw("two groups have the same name", at: offset)
    default: break
    }
    return PatternFlaw(message(of: status), at: offset)
  }

  private static func message(of status: Int32) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
      let length = pcre2_get_error_message_8(status, buffer.baseAddress, buffer.count)
      return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
    }
  }
}

// MARK: - Searching

extension CompiledPattern {
  /// Looks for the pattern anywhere in a text.
  func search(_ subject: String) -> Pattern.Outcome {
    guard let data = pcre2_match_data_create_8(1, nil), let context = pcre2_match_context_create_8(nil) else {
      return .undecided("finds no memory to search with")
    }
    defer {
      pcre2_match_context_free_8(context)
      pcre2_match_data_free_8(data)
    }
    pcre2_set_heap_limit_8(context, SearchBudget.heap)
    var subject = subject
    return subject.withUTF8 { bytes in
      var search = Search(
        code: code, data: data, context: context, bytes: bytes, lastPlace: isAnchored ? 0 : bytes.count)
      return search.run()
    }
  }
}

/// How much a search may take.
///
/// PCRE2 counts the steps of each starting place by itself, which does not bound a search as a whole. So a search is
/// tried with few steps for each place first. When that is not enough, the places are tried one by one with 64 steps,
/// four times as many and so on, all of which are counted until the budget is spent. The outcome depends on pattern and
/// text alone, never on the clock.
enum SearchBudget {
  /// The steps of all places together, beyond 80 for each byte of the text.
  static let steps = 5_000_000
  /// The steps of a place at first, and what they grow by.
  static let firstSteps = 64, growth = 4
  /// What the interpreter may allocate, in KiB.
  static let heap: UInt32 = 20_000
  /// What the machine code may use as stack, in bytes.
  static let stack = 1 << 22

  /// The steps of a place in the first, quick try.
  static func quickSteps(bytes: Int) -> Int { min(100_000, max(200, 20_000_000 / max(1, bytes))) }
}

/// One search with what it writes to.
private struct Search {
  let code: OpaquePointer
  let data: OpaquePointer
  let context: OpaquePointer
  let bytes: UnsafeBufferPointer<UInt8>
  let lastPlace: Int
  var stack: OpaquePointer?

  mutating func run() -> Pattern.Outcome {
    defer { if let stack { pcre2_jit_stack_free_8(stack) } }
    let quick = match(from: 0, steps: SearchBudget.quickSteps(bytes: bytes.count))
    switch quick {
    case .found, .absent: return quick
    case .undecided: return runByPlaces()
    }
  }

  private mutating func runByPlaces() -> Pattern.Outcome {
    var budget = SearchBudget.steps + 80 * bytes.count
    var place = 0
    while place <= lastPlace {
      pcre2_set_offset_limit_8(context, place)
      var steps = SearchBudget.firstSteps
      search: while true {
        budget -= steps
        switch match(from: place, steps: steps) {
        case .found: return .found
        case .absent: break search
        case .undecided(let reason):
          guard budget > 0 else { return .undecided(reason) }
          steps = min(steps * SearchBudget.growth, max(1, budget))
        }
      }
      guard budget > 0 else { return .undecided(Self.tooManySteps) }
      place += 1
      while place < bytes.count, bytes[place] & 0xC0 == 0x80 { place += 1 }
    }
    return .absent
  }

  private static let tooManySteps = "takes too many steps on this text"

  private mutating func match(from start: Int, steps: Int) -> Pattern.Outcome {
    pcre2_set_match_limit_8(context, UInt32(clamping: steps))
    pcre2_set_depth_limit_8(context, UInt32(clamping: steps))
    // Swift's texts are valid UTF-8, and every place is the start of a scalar.
    let flags = UInt32(PCRE2_NO_UTF_CHECK)
    var status = pcre2_match_8(code, bytes.baseAddress, bytes.count, start, flags, data, context)
    if status == PCRE2_ERROR_JIT_STACKLIMIT, stack == nil {
      stack = pcre2_jit_stack_create_8(32 << 10, SearchBudget.stack, nil)
      pcre2_jit_stack_assign_8(context, nil, stack.map { UnsafeMutableRawPointer($0) })
      status = pcre2_match_8(code, bytes.baseAddress, bytes.count, start, flags, data, context)
    }
    if status >= 0 { return .found }
    if status == PCRE2_ERROR_NOMATCH { return .absent }
    return .undecided(Self.tooManySteps)
  }
}
