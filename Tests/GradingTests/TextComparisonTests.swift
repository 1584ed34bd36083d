import Testing

@testable import Grading

@Suite struct TextComparisonTests {
  @Test(arguments: [
    ("naïve", "nai\u{308}ve", true), ("e", "e\u{301}", false), ("नम", "नमस्ते", true), ("ன", "னி", true), ("👩", "👩‍🚀", true),
    ("\n", "a\r\nb", true), ("ﬁ", "fi", false), ("Å", "\u{212B}", true), ("Ω", "\u{2126}", true),
    ("가", "\u{1100}\u{1161}", true),
    ("a\u{323}\u{307}", "a\u{307}\u{323}", true), ("b", "abc", true), ("abcd", "abc", false), ("aab", "aaab", true),
  ])
  func containsByScalarsAfterNormalization(part: String, text: String, isFound: Bool) {
    #expect(ComparableText(text).contains(ComparableText(part)) == isFound)
  }

  @Test(arguments: [
    ("STRASSE", "straße", true), ("ẞ", "ss", true), ("ΣΊΣΥΦΟΣ", "σίσυφος", true), ("İ", "i\u{307}", true),
    ("ı", "i", false),
    ("ǅ", "ǆ", true), ("ﬀ", "FF", true), ("K", "\u{212A}", true), ("É", "e\u{301}", true),
    ("ΐ", "\u{399}\u{308}\u{301}", true),
    ("ſ", "S", true), ("Ж", "ж", true), ("a", "b", false),
  ])
  func ignoresCaseByFullFolding(left: String, right: String, areEqual: Bool) {
    #expect((ComparableText(left, ignoresCase: true) == ComparableText(right, ignoresCase: true)) == areEqual)
  }

  @Test func whiteSpaceAndWords() {
    #expect("\u{A0} \u{3000}a b\u{85}\n".trimmed == "a b")
    #expect(" \n".trimmed.isEmpty)
    #expect("  one\u{2003}two\r\nthree ".wordCount == 3)
    #expect("".wordCount == 0)
  }

  @Test func editsAreCountedAfterNormalization() throws {
    let grader = try Grader(spec: ["type": "levenshtein", "threshold": 0])
    #expect(grader.grade(answer: "e\u{301}te\u{301}", expected: "été").passed == true)
    // A fifth of ten scalars.
    let usual = try Grader(spec: "levenshtein")
    #expect(usual.grade(answer: "abcdefghXX", expected: "abcdefghij").value == 1)
    #expect(usual.grade(answer: "abcdefgUVW", expected: "abcdefghij").value == 0)
  }
}
