import Domain
import Foundation
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

struct SectionFileTests {
  private func prompt(_ folder: TestFolder) async throws -> Prompt {
    let workspace = try await folder.files.read()
    return try #require(workspace.prompts.first)
  }

  @Test func renamingLeavesWhatFilesSay() async throws {
    try await withFolder(["p/10-a.md": "A\r\n", "p/20-b.md": "B", "p/30-b.md": "taken"]) { folder in
      let prompt = Prompt(name: "p", path: "p", sections: [])
      try await folder.files.rename([.init(from: "10-a.md", to: "40-a.md")], of: prompt)
      #expect(try folder.text("p/40-a.md") == "A\r\n" && !folder.exists("p/10-a.md"))
      await #expect(throws: Problem.self) {
        try await folder.files.rename([.init(from: "20-b.md", to: "30-b.md")], of: prompt)
      }
      await #expect(throws: Problem.self) {
        try await folder.files.rename([.init(from: "20-b.md", to: "../20-b.md")], of: prompt)
      }
      #expect(try folder.text("p/20-b.md") == "B" && folder.text("p/30-b.md") == "taken")
    }
  }

  @Test func draftsAreKeptBesideTheWorkspace() async throws {
    try await withFolder { folder in
      let path = DraftPath(found: "prompts/main/10-task.md")
      let files = folder.files
      #expect(await files.drafts() == [:])
      try await files.keep("Sort é", as: path)
      try await files.keep("Sort é\n", as: path)
      #expect(try folder.text(".assay/drafts/prompts/main/10-task.md") == "Sort é\n")
      #expect(await files.drafts().mapValues(\.text) == [path: "Sort é\n"])
      try await files.keep(nil, as: path)
      try await files.keep(nil, as: path)
      #expect(await files.drafts() == [:])
      await #expect(throws: Problem.self) { try await files.keep("x", as: DraftPath(found: "../../../x")) }
    }
  }

  @Test func namesGiveOrderRoleAndTitle() async throws {
    try await withFolder([
      "prompts/p/100-late.md": "l", "prompts/p/5-first.md": "f", "prompts/p/79_system.md": "s",
      "prompts/p/80-user.md": "u",
      "prompts/p/10-two-words.md": "t", "prompts/p/20.md": "n", "prompts/p/README.md": "no", "prompts/p/.10-x.md": "no",
      "prompts/p/notes.md": "no", "prompts/p/10-image.png": "no",
    ]) { folder in
      let sections = try await prompt(folder).sections
      #expect(sections.map(\.title) == ["first", "two-words", "20", "system", "user", "late"])
      #expect(sections.map(\.role) == [.system, .system, .system, .system, .user, .user])
      let problems = try await folder.files.read().problems.filter { $0.file.hasPrefix("prompts") }
      #expect(problems.map(\.file) == ["prompts/p/notes.md"])
    }
  }

  @Test(arguments: [
    ("text\n", "text"), ("text", "text"), ("text\n\n", "text\n"), ("", ""), ("\n", ""), ("a\r\nb\r\n", "a\nb"),
    ("a\r\nb\n", "a\nb"), ("a\rb\r", "a\nb"), ("a\n\r\nb", "a\n\nb"),
    ("\u{FEFF}---\r\ntitle: T\r\n---\r\nx\r\n", "x"), ("\u{FEFF}", ""), ("a\u{FEFF}b", "a\u{FEFF}b"),
    ("---\nImportant: be short.\n---\nx\n", "---\nImportant: be short.\n---\nx"),
    ("---\nRole: user\n---\nx\n", "---\nRole: user\n---\nx"), ("---\n\n---\nx", "x"),
    ("---\nA: never: b\n---\nx", "---\nA: never: b\n---\nx"), ("a\n---\ntitle: b\n---\n", "a\n---\ntitle: b\n---"),
    ("---\n- one\n- two\n---\nx", "---\n- one\n- two\n---\nx"),
    ("---\ntitle: T\n---\nbody\n", "body"), ("---\n---\n---\nrule\n", "---\nrule"),
    ("---\nnot a mapping\n---\nrest\n", "---\nnot a mapping\n---\nrest"), ("---\nno end\n", "---\nno end"),
    ("--- \ntitle: T\n---\n\nbody\n", "\nbody"), ("---\n# a heading\n---\nx", "---\n# a heading\n---\nx"),
    (" ---\na: b\n---\n", " ---\na: b\n---"),
    ("e\u{301} 作\n", "e\u{301} 作"),
  ])
  func bodies(_ text: String, _ body: String) {
    #expect(SectionFile(text, log: ProblemLog(file: "f")).body == body)
  }

  @Test func slipsInFrontMatterAreTold() {
    func problems(_ text: String) -> [String] {
      let log = ProblemLog(file: "f")
      _ = SectionFile(text, log: log)
      return log.all.map(\.description)
    }
    let slip = problems("---\nrol: user\nowner: me\n---\nbody\n")
    #expect(slip.count == 1 && slip[0].hasPrefix("f:2: rol:") && slip[0].hasSuffix("Did you mean \"role\"?"))
    let mixed = problems("---\nrole: user\nowner: me\n---\nbody\n")
    #expect(mixed.count == 1 && mixed[0].hasPrefix("f:3: owner: Unknown key \"owner\"."))
    #expect(problems("---\nTone: friendly\nNote: short\n---\nbody\n").isEmpty)
    let open = problems("---\nrole: user\nbody\n")
    #expect(open.count == 1 && open[0].contains("not closed"))
    #expect(problems("---\nno end\n").isEmpty)
  }

  @Test func frontMatterOverridesTheName() async throws {
    try await withFolder([
      "prompts/p/10-a.md": "---\ntitle: \"House: rules\"\nrole: user\nenabled: false\nauthor: me\n---\nHello\n"
    ]) { folder in
      let section = try #require(try await prompt(folder).sections.first)
      #expect(section == Section(id: "10-a.md", title: "House: rules", role: .user, isEnabled: false, body: "Hello"))
    }
  }

  @Test func frontMatterProblemsHaveLines() async throws {
    try await withFolder(["prompts/p/10-a.md": "---\nauthor: me\nrole: sytem\nenabled: maybe\n---\nHello\n"]) {
      folder in
      let problems = try await folder.files.read().problems.filter { $0.file.hasPrefix("prompts") }
      #expect(problems.map(\.line) == [2, 3, 4])
      #expect(problems[1].description.contains("Did you mean \"system\"?"))
    }
  }

  @Test func anUnchangedSectionWritesNothing() async throws {
    for text in ["a", "a\n", "---\ntitle:   T   # mine\n---\na\r\n", "a\r\nb", ""] {
      try await withFolder(["prompts/p/10-a.md": text]) { folder in
        let prompt = try await prompt(folder)
        let before = try FileManager.default.attributesOfItem(atPath: folder.path + "/prompts/p/10-a.md")
        try await folder.files.write(prompt.sections[0], of: prompt)
        let after = try FileManager.default.attributesOfItem(atPath: folder.path + "/prompts/p/10-a.md")
        #expect(try folder.text("prompts/p/10-a.md") == text)
        #expect(before[.systemFileNumber] as? Int == after[.systemFileNumber] as? Int)
      }
    }
  }

  @Test func togglingChangesOneLine() async throws {
    let text = "---\n# by hand\nauthor: me\nenabled: true   # for now\ntags: [a,\n  b]\n---\nBody\r\nkept\n"
    try await withFolder(["prompts/p/10-a.md": text]) { folder in
      let prompt = try await prompt(folder)
      var section = prompt.sections[0]
      section.isEnabled = false
      try await folder.files.write(section, of: prompt)
      #expect(
        try folder.text("prompts/p/10-a.md")
          == "---\n# by hand\nauthor: me\nenabled: false # for now\ntags: [a,\n  b]\n---\nBody\r\nkept\n")
      section.isEnabled = true
      try await folder.files.write(section, of: prompt)
      #expect(try folder.text("prompts/p/10-a.md").contains("enabled: true # for now\n"))
    }
  }

  @Test func frontMatterComesOnlyWhenNeeded() async throws {
    try await withFolder(["prompts/p/10-a.md": "Body\n"]) { folder in
      let prompt = try await prompt(folder)
      var section = prompt.sections[0]
      section.body = "New body\n\nlast"
      try await folder.files.write(section, of: prompt)
      #expect(try folder.text("prompts/p/10-a.md") == "New body\n\nlast\n")
      section.isEnabled = false
      try await folder.files.write(section, of: prompt)
      #expect(try folder.text("prompts/p/10-a.md") == "---\nenabled: false\n---\nNew body\n\nlast\n")
      section.title = "no"
      section.role = .user
      try await folder.files.write(section, of: prompt)
      #expect(
        try folder.text("prompts/p/10-a.md")
          == "---\nenabled: false\ntitle: \"no\"\nrole: user\n---\nNew body\n\nlast\n")
      #expect(try await self.prompt(folder).sections == [section])
    }
  }

  @Test func lineEndsStay() async throws {
    try await withFolder(["prompts/p/10-a.md": "one\r\ntwo\r\n", "prompts/p/20-b.md": "no end"]) { folder in
      let prompt = try await prompt(folder)
      var first = prompt.sections[0]
      first.body = "one\nthree"
      try await folder.files.write(first, of: prompt)
      #expect(try folder.text("prompts/p/10-a.md") == "one\r\nthree\r\n")
      var second = prompt.sections[1]
      second.body = "still none"
      try await folder.files.write(second, of: prompt)
      #expect(try folder.text("prompts/p/20-b.md") == "still none")
    }
  }

  @Test(arguments: [
    ("\u{FEFF}one\ntwo\n", "one\nzwei", "\u{FEFF}one\nzwei\n"),
    ("one\r\ntwo\nthree\r\n", "one\nnew\ntwo\nthree", "one\r\nnew\r\ntwo\nthree\r\n"),
    ("one\rtwo\rthree", "one\ntwo\nthree\nfour", "one\rtwo\rthree\rfour"),
    ("a\r\nb\nc\nd", "a\nx\nc\nd", "a\r\nx\nc\nd"), ("a\nb\r\nc\n", "a\nc", "a\nc\n"),
    ("\u{FEFF}---\r\nrole: user\n---\r\nx\r\n", "y", "\u{FEFF}---\r\nrole: user\n---\r\ny\r\n"),
    ("---\nNote: a\n---\nx\n", "---\nNote: a\n---\ny", "---\nNote: a\n---\ny\n"),
    ("---\nrole: user\n---", "x", "---\nrole: user\n---\nx\n"), ("e\u{301}\n", "\u{E9}", "\u{E9}\n"),
  ])
  func anEditKeepsEveryOtherByte(_ before: String, _ body: String, _ after: String) async throws {
    try await withFolder(["prompts/p/10-a.md": before]) { folder in
      let prompt = try await prompt(folder)
      var section = prompt.sections[0]
      section.body = body
      try await folder.files.write(section, of: prompt)
      #expect(Array(try folder.text("prompts/p/10-a.md").utf8) == Array(after.utf8))
      #expect(try await self.prompt(folder).sections[0].body.utf8.elementsEqual(body.utf8))
    }
  }

  @Test(arguments: [
    "---\nlooks: like\n---\nfront matter", "---\n---", "plain", "", "\n\n", "a\n", "{{ x }}", "---", "---\n",
    "\u{FEFF}x",
  ])
  func whatIsWrittenIsRead(_ body: String) async throws {
    try await withFolder(["prompts/p/80-q.md": "q\n"]) { folder in
      let prompt = try await prompt(folder)
      let section = Section(id: "10-new.md", title: "new", role: .system, body: body)
      try await folder.files.write(section, of: prompt)
      let back = try await self.prompt(folder).sections
      #expect(back.first?.body == (body.hasPrefix("\u{FEFF}") ? String(body.unicodeScalars.dropFirst()) : body))
      #expect(back.first?.title == "new")
    }
  }

  @Test func sectionsCanBeMadeAndDeleted() async throws {
    try await withFolder(["assay.yaml": "prompts: { fresh: prompts/fresh }", "evals/a.jsonl": ""]) { folder in
      let prompt = try await prompt(folder)
      #expect(prompt.sections.isEmpty)
      let section = Section(id: "10-task.md", title: "task", role: .system, body: "Do it.")
      try await folder.files.write(section, of: prompt)
      #expect(try folder.text("prompts/fresh/10-task.md") == "Do it.\n")
      try await folder.files.delete(section, of: prompt)
      try await folder.files.delete(section, of: prompt)
      #expect(!folder.exists("prompts/fresh/10-task.md"))
    }
  }

  @Test(arguments: ["../../x.md", "10-a/../../b.md", "task.md", "10-a.txt", "", "10-\u{0}.md", ".10-a.md"])
  func badNamesAreRefused(_ id: String) async throws {
    try await withFolder(["prompts/p/10-a.md": "x"]) { folder in
      let prompt = try await prompt(folder)
      let section = Section(id: id, title: "t", role: .system, body: "b")
      await #expect(throws: Problem.self) { try await folder.files.write(section, of: prompt) }
      await #expect(throws: Problem.self) { try await folder.files.delete(section, of: prompt) }
    }
  }

  @Test func linksOutOfTheWorkspaceAreNotWrittenThrough() async throws {
    try await withFolder(["prompts/p/10-a.md": "x"]) { folder in
      try await withFolder(["10-out.md": "theirs\n"]) { outside in
        let manager = FileManager.default
        try manager.createSymbolicLink(
          atPath: folder.path + "/prompts/p/20-link.md", withDestinationPath: outside.path + "/10-out.md")
        try manager.createSymbolicLink(atPath: folder.path + "/prompts/q", withDestinationPath: outside.path)
        try manager.createSymbolicLink(
          atPath: folder.path + "/prompts/p/30-inside.md", withDestinationPath: "10-a.md")
        let prompt = try await prompt(folder)
        #expect(prompt.sections.map(\.id) == ["10-a.md", "30-inside.md"], "what is outside isn't read either")
        let link = Section(id: "20-link.md", title: "link", role: .system, body: "mine")
        let error = await #expect(throws: Problem.self) { try await folder.files.write(link, of: prompt) }
        #expect(error?.description.contains("symbolic link") == true)
        let other = Prompt(name: "q", path: "prompts/q", sections: [])
        let section = Section(id: "10-out.md", title: "out", role: .system, body: "mine")
        await #expect(throws: Problem.self) { try await folder.files.write(section, of: other) }
        #expect(try outside.text("10-out.md") == "theirs\n")
        // A link that stays inside keeps being one.
        var inside = try #require(prompt.sections.first { $0.id == "30-inside.md" })
        inside.body = "changed"
        try await folder.files.write(inside, of: prompt)
        #expect(try folder.text("prompts/p/10-a.md") == "changed")
      }
    }
  }
}
