import Grading
import Testing

@Suite struct PatternTests {
  private func search(_ pattern: String, _ text: String, _ options: Pattern.Options = .init()) throws -> Bool? {
    switch try Pattern(pattern, options: options).search(text) {
    case .found: true
    case .absent: false
    case .undecided: nil
    }
  }

  @Test(arguments: [
    (#"(?<=€)\d+"#, "€12", true), (#"(?<!un)known"#, "unknown", false), (#"\bcat\b"#, "a cat.", true),
    (#"^\d+$"#, "12\n", true), (#"^\d+\z"#, "12\n", false), (#"^b$"#, "a\nb", false), (#"(?m)^b$"#, "a\nb\nc", true),
    (#"\d"#, "٣", false), (#"\w"#, "é", false), ("é", "café", true), ("^.$", "😀", true), ("", "", true),
    (#"\x{e9}"#, "é", true), (#"(?i)É"#, "é", true), (#"(\w)\1"#, "hello", true), ("(?s)a.b", "a\nb", true),
  ])
  func finds(pattern: String, text: String, isFound: Bool) throws {
    #expect(try search(pattern, text) == isFound)
  }

  @Test func options() throws {
    #expect(try search("STRASSE", "straße", .init(ignoresCase: true)) == false)
    #expect(try search("ÄRGER", "ärger", .init(ignoresCase: true)) == true)
    #expect(try search(#"^\w+\d\b$"#, "né٣", .init(isUnicode: true)) == true)
  }

  @Test func searchesThatTakeTooLongAreUndecided() throws {
    #expect(try search("(a+)+$", String(repeating: "a", count: 30) + "b") == nil)
    #expect(try search(#"^(\w+\s?)*$"#, "the quick brown fox jumps over the lazy dog!") == nil)
    let long = String(repeating: "All work and no play makes Jack a dull boy. ", count: 500)
    #expect(try search(".*urgent", long) == false)
    #expect(try search("(?s).*urgent", long) == false)
    #expect(try search("(?s)^.*dull.*urgent", long + "urgent") == true)
    #expect(try search(#"^(.|\n)*urgent"#, long + "urgent") == true)
    // The interpreter, which stands in where there is no machine code.
    #expect(try search("(*NO_JIT)(a+)+$", String(repeating: "a", count: 30) + "b") == nil)
    #expect(try search(#"(*NO_JIT)^(.|\n)*urgent"#, long + "urgent") == true)
    // Few steps for each place, but too many for all of them together.
    #expect(try search("(a+)+$", String(repeating: String(repeating: "a", count: 15) + "b", count: 1000)) == nil)
  }

  @Test(arguments: [
    ("(abc", #"the "(" at offset 0 is never closed: ")" is missing"#),
    (#"a\(b(c[)]"#, #"the "(" at offset 4 is never closed: ")" is missing"#),
    ("é[a-", #"the "[" at offset 1 is never closed: "]" is missing"#),
    (#"a\u00e9"#, #"\F, \L, \l, \N{…}, \U and \u are not supported (a scalar is written \x{e9}) at offset "#),
    ("(?<n>a)(?<n>b)", "two groups have the same name at offset 1"),
    ("ab)", #"the ")" at offset 2 closes nothing: "(" is missing"#),
    ("é{3,1}", "numbers out of order in {} quantifier at offset "),
    ("(?<=a*)b", "the lookbehind at offset "),
  ])
  func flawsSayWhatAndWhere(pattern: String, message: String) {
    // What PCRE2 says, and at which offset exactly, differs between its versions.
    let flaw = #expect(throws: PatternFlaw.self) { try Pattern(pattern) }
    #expect(flaw?.description.hasPrefix(message) == true, "\(flaw?.description ?? "")")
  }

  @Test(arguments: [
    (#"\s{3,1}"#, "numbers out of order in {} quantifier at offset "),
    (#"\s(a"#, #"the "(" at offset 2 is never closed: ")" is missing"#),
    (#"\s)"#, #"the ")" at offset 2 closes nothing: "(" is missing"#),
    (#"\s\Z"#, #"ECMA-262 has no "\Z" at offset 2"#), ("[a", #"the "[" at offset 0 is never closed: "]" is missing"#),
  ])
  func flawsOfECMAPatternsSayWhatAndWhere(pattern: String, message: String) {
    let flaw = #expect(throws: PatternFlaw.self) { try Pattern(pattern, options: .init(isECMA: true)) }
    #expect(flaw?.description.hasPrefix(message) == true, "\(flaw?.description ?? "")")
  }

  @Test func dangerousOrHugePatternsAreRefused() {
    #expect(throws: PatternFlaw.self) { try Pattern(#"a\Cb"#) }
    #expect(throws: PatternFlaw.self) { try Pattern(String(repeating: "a", count: 20_001)) }
    #expect(throws: PatternFlaw.self) {
      try Pattern(String(repeating: "(", count: 5000) + String(repeating: ")", count: 5000))
    }
  }

  @Test(arguments: [
    (#"^\s$"#, "\u{FEFF}", true), (#"^[\S]$"#, "\u{2003}", false), (#"^\v$"#, "\u{B}", true), ("^a$", "a\n", false),
    (#"^.$"#, "\u{2028}", false), (#"^[^]$"#, "\n", true), ("^[]", "a", false), (#"^\/\-$"#, "/-", true),
    (#"^\uD83D\uDE00\u{e9}\x41$"#, "😀éA", true), (#"^[\b]$"#, "\u{8}", true), ("^a{,2}$", "a{,2}", true),
    (#"^\p{Script=Greek}\p{Lu}$"#, "αA", true), ("^(?<y>a)\\k<y>$", "aa", true), ("^[[:alpha:]]$", ":]", true),
    (#"^(a)?\1b$"#, "b", true), (#"^\0$"#, "\0", true), ("^x*?]}$", "xx]}", true),
  ])
  func readsECMA(pattern: String, text: String, isFound: Bool) throws {
    #expect(try search(pattern, text, .init(isECMA: true)) == isFound)
  }

  @Test(arguments: [
    #"\a"#, #"\Z"#, #"\u12"#, #"\cé"#, #"\p{Nonsense}"#, "a++", "*a", "(?P<n>a)", "(?>a)", "(*ACCEPT)", "[a", "(a",
    #"\"#,
    #"\k"#, #"\xg1"#, "(?#c)", "a{2}{3}", #"\p"#, #"\ud800"#,
  ])
  func refusesWhatECMADoesNotHave(pattern: String) {
    #expect(throws: PatternFlaw.self) { try Pattern(pattern, options: .init(isECMA: true)) }
  }

  @Test func copiesAreSharedBetweenThreads() async throws {
    let pattern = try Pattern(#"(\d+)-\1"#)
    let found = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<64 { group.addTask { pattern.search("x \(number)-\(number)") == .found } }
      return await group.allSatisfy { $0 }
    }
    #expect(found)
    #expect(try pattern == Pattern(#"(\d+)-\1"#))
    #expect(try pattern != Pattern(#"(\d+)-\1"#, options: .init(ignoresCase: true)))
  }

  /// Machine code takes ever longer for a step the deeper a group calls itself.
  @Test(arguments: ["^(a|||(?1)|b)+$", "^(a|(?R)|)+$", #"^(?<n>a||\g<n>)+$"#, "^(?:(a||(?-1)))+$"])
  func groupsThatCallThemselvesEnd(_ text: String) throws {
    let pattern = try Pattern(text + String(repeating: "$", count: 40))
    _ = pattern.search("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")
    #expect(try Pattern("^(\\((?:[^()]|(?1))*\\))$").search("(a(b)(c(d)))") == .found, "and they still work")
  }
}
