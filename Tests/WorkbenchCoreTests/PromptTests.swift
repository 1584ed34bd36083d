import Content
import Testing

@testable import WorkbenchCore

@Suite struct PromptTests {
  @Test func slotsAreFilledOnceAndNeverExpandedAgain() throws {
    let text = try PromptTemplate.fill("{{ a }} and {{b}}", with: ["a": "{{ b }}", "b": "x"])
    #expect(text == "{{ b }} and x")
  }

  @Test func bracesThatHoldNoNameStayAsTheyAre() throws {
    for text in ["{\"a\": {\"b\": 1}}", "{{", "{{ }}", "{{ two words }}", "}}{{", "{{{"] {
      #expect(try PromptTemplate.fill(text, with: [:]) == text)
    }
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

  @Test func aVariantMaySendASubsetOfSections() {
    let prompt = Prompt(
      name: "p", path: "p",
      sections: [
        Section(id: "10-role.md", title: "role", role: .system, body: "r"),
        Section(id: "20-context.md", title: "context", role: .system, isEnabled: false, body: "c"),
        Section(id: "80-query.md", title: "query", role: .user, body: "q"),
      ])
    #expect(prompt.sent(only: nil).map(\.title) == ["role", "query"])
    #expect(prompt.sent(only: ["context"]).map(\.title) == ["context", "query"])
  }
}
