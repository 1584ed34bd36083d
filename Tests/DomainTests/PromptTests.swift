import Content
import Testing

@testable import Domain

@Suite struct PromptTests {
  @Test func slotsAreFilledOnceAndNeverExpandedAgain() throws {
    let text = try PromptTemplate.fill("{{ a }} and {{b}}", with: ["a": "{{ b }}", "b": "x"])
    #expect(text == "{{ b }} and x")
  }

  @Test(arguments: [
    "{\"a\": {\"b\": 1}}", "}}", "{", "{ {", "{a}", "{%", "100 %}", "{# a #}", "%}{%", "${a}", "} }{",
  ])
  func whatLooksLikeNoSlotStaysAsItIs(_ text: String) throws {
    #expect(try PromptTemplate.fill(text, with: [:]) == text)
    #expect(PromptTemplate.flaws(of: text).isEmpty)
  }

  @Test(arguments: [
    ("{{{{", "{{"), ("{{{{ a }}", "{{ a }}"), ("{{{{{{ a }}", "{{1"), ("{{{{{{{{", "{{{{"), ("a{{{{b{{ a }}", "a{{b1"),
    ("{{\ta }}", "1"), ("{{a}}}}", "1}}"), ("{{a}}{{ a }}", "11"),
  ])
  func fourBracesWriteTwo(_ text: String, _ filled: String) throws {
    #expect(try PromptTemplate.fill(text, with: ["a": 1]) == filled)
  }

  @Test(arguments: [
    ("x {{ ticket | upper }}", "{{ ticket | upper }}", "ticket"), ("{{ my ticket }}", "{{ my ticket }}", "ticket"),
    ("{% if ticket %}", "{% if ticket %}", "ticket"), ("{{ ticket }", "{{ ticket }", "ticket"),
    ("{{{ ticket }}}", "{{{ ticket }}", "ticket"), ("{{", "{{", nil), ("{{ }}", "{{ }}", nil),
    ("{{#tikcet}}", "{{#tikcet}}", "ticket"), ("{{ a\n}}", "{{ a", nil), ("{%- endfor -%}", "{%- endfor -%}", nil),
    ("{\"a\":{{\"b\":1}}}", "{{\"b\":1}}", nil), ("{{ ticket } {{ ticket }}", "{{ ticket } ", "ticket"),
  ])
  func whatIsNoSlotIsAMistake(_ text: String, _ shown: String, _ nearest: String?) throws {
    let flaw = try #require(PromptTemplate.flaws(of: "one\ntwo " + text).first)
    #expect(flaw.text == shown && flaw.line == 1 && flaw.nearest(among: ["id", "ticket"]) == nearest)
    #expect(throws: PromptTemplate.Failure.self) { try PromptTemplate.fill(text, with: ["ticket": "t"]) }
    #expect(flaw.sentence(nearest: nearest).contains(nearest.map { "Did you mean {{ \($0) }}?" } ?? flaw.text))
  }

  /// Each takes minutes where what follows is looked through again for every one.
  @Test(arguments: [("{{a}} ", 0), ("{{ ", 200_000), ("{{ {% ", 200_000), ("{{ a\n", 200_000), ("{% a", 0)])
  func manyOnOneLineAreReadInOneGo(_ part: String, _ flaws: Int) {
    let text = String(repeating: part, count: 200_000)
    #expect(PromptTemplate.flaws(of: text).count == flaws)
    #expect(PromptTemplate.flaws(of: text + "}}").count >= min(flaws, 1))
  }

  @Test func nullIsMissingAndEmptyStaysEmpty() throws {
    #expect(throws: PromptTemplate.Failure.null(slot: "a")) { try PromptTemplate.fill("{{ a }}", with: ["a": .null]) }
    #expect(throws: PromptTemplate.Failure.null(slot: "a.b")) {
      try PromptTemplate.fill("{{ a.b }}", with: ["a": ["b": .null]])
    }
    #expect(try PromptTemplate.fill("<{{ a }}>", with: ["a": ""]) == "<>")
    #expect(try PromptTemplate.fill("{{ a }}", with: ["a": [.null, 1]]) == "[null,1]")
    let version = PromptVersion(
      prompt: "p",
      parts: [.init(title: "s", role: .system, body: "S"), .init(title: "q", role: .user, body: "{{ q }}")])
    #expect(try version.messages(for: ["q": ""]).map(\.content) == ["S", ""])
  }

  @Test func pathsReachIntoTheInput() throws {
    #expect(try PromptTemplate.fill("{{ user.name }} {{ n }}", with: ["user": ["name": "é作"], "n": 3]) == "é作 3")
  }

  @Test func aMissingVariableNamesTheNearest() {
    #expect {
      _ = try PromptTemplate.fill("{{ tickte }}", with: ["ticket": "t"])
    } throws: { "\($0)".contains("Did you mean {{ ticket }}?") }
  }

  @Test func messagesJoinSectionsByRoleAndLeaveOutEmptyOnes() throws {
    let version = PromptVersion(
      prompt: "p",
      parts: [
        .init(title: "a", role: .system, body: "One"), .init(title: "b", role: .system, body: "Two"),
        .init(title: "q", role: .user, body: "{{ q }}"),
      ])
    #expect(
      try version.messages(for: ["q": "Hi"]) == [
        ChatMessage(role: .system, content: "One\n\nTwo"), ChatMessage(role: .user, content: "Hi"),
      ])
  }

  @Test func aVersionIsItsTextAndRolesNotItsNames() {
    let part = PromptVersion.Part(title: "a", role: .system, body: "x")
    var renamed = part
    renamed.title = "b"
    var moved = part
    moved.role = .user
    let version = PromptVersion(prompt: "p", parts: [part])
    #expect(version.hash == PromptVersion(prompt: "q", parts: [renamed]).hash)
    #expect(version.hash != PromptVersion(prompt: "p", parts: [moved]).hash)
    #expect(version.hash != PromptVersion(prompt: "p", parts: [part, part]).hash)
  }

  private func version(_ parts: (MessageRole, String)...) -> PromptVersion {
    PromptVersion(prompt: "p", parts: parts.map { .init(title: "t", role: $0.0, body: $0.1) })
  }

  @Test func messagesAreSentInFileOrder() throws {
    let shots = version(
      (.system, "Sort."), (.user, "late"), (.assistant, "shipping"), (.user, "broken"), (.user, "glass"),
      (.assistant, "damage"), (.assistant, ""), (.system, "Now:"), (.user, "{{ q }}"))
    #expect(
      try shots.messages(for: ["q": "Hi"]).map { "\($0.role): \($0.content)" } == [
        "system: Sort.", "user: late", "assistant: shipping", "user: broken\n\nglass", "assistant: damage",
        "system: Now:", "user: Hi",
      ])
  }

  @Test func aHashIsWhatIsSentAndNothingElse() {
    let one = version((.system, "a\n\nb"), (.user, "{{ q }}"))
    #expect(one.hash == version((.system, "a"), (.system, ""), (.system, "b"), (.user, "{{q}}")).hash)
    #expect(one.hash != version((.user, "{{ q }}"), (.system, "a\n\nb")).hash)
    #expect(one.hash != version((.system, "a\n\nb"), (.user, "{{{{ q }}")).hash)
    #expect(one.hash != version((.system, "a\nb"), (.user, "{{ q }}")).hash)
    // Regrouped before, under the hash of its parts.
    let shots = version((.system, "s"), (.user, "1"), (.assistant, "2"), (.user, "3"))
    #expect(shots.hash != version((.system, "s"), (.user, "1"), (.user, "3"), (.assistant, "2")).hash)
    #expect(!shots.isOfOlderRule)
    #expect(PromptVersion(prompt: "p", parts: shots.parts, storedHash: ContentHash(hex: "aa")).isOfOlderRule)
  }

  @Test func aVariantMaySendASubsetOfSections() {
    let prompt = Prompt(
      name: "p", path: "p",
      sections: [
        Section(id: "10-role.md", title: "role", role: .system, body: "r"),
        Section(id: "20-context.md", title: "context", role: .system, isEnabled: false, body: "c"),
        Section(id: "80-query.md", title: "query", role: .user, body: "q"),
      ])
    #expect(prompt.sent().map(\.title) == ["role", "query"])
    #expect(prompt.sent(SectionChoice(only: ["context"])).map(\.title) == ["context", "query"])
  }
}
