import Domain
import Foundation
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// Variants that have a file each.
@Suite struct VariantFileTests {
  private static let new = Variant(
    name: "tuned-3", model: "tiny", prompt: "main", adapter: ".assay/jobs/3/best",
    sampling: Sampling(temperature: 0, maxTokens: 64))
  private static let models = "models:\n  tiny: { api: mlx, path: hub:a/b }\n  big: { api: mlx, path: hub:a/c }\n"
  private static let listed = models + "variants:\n  a: { model: tiny }\n"

  private func errors(_ workspace: Workspace) -> [String] {
    workspace.problems.filter { $0.severity == .error }.map(\.description)
  }

  @Test func filesStandBesideTheLines() async throws {
    let workspace = try await read(
      Self.listed,
      [
        "variants/c.yaml": "model: big\nprompt: main\nsections: [task]\nstop: [\"}\"]\n",
        "variants/b-1.0.yaml": "# all usual\n",
        "variants/.hidden.yaml": "model: none\n", "variants/notes.md": "no variant",
        "variants/old/d.yaml": "model: none\n",
      ])
    #expect(workspace.variants.map(\.name) == ["a", "b-1.0", "c"])
    #expect(workspace.variant("b-1.0") == Variant(name: "b-1.0", model: "tiny", prompt: "main"))
    #expect(
      workspace.variant("c")
        == Variant(name: "c", model: "big", prompt: "main", sections: ["task"], sampling: Sampling(stop: ["}"])))
    #expect(errors(workspace).isEmpty)
  }

  @Test func withFilesNothingIsImplied() async throws {
    #expect(try await read(Self.models).variants.map(\.name) == ["tiny", "big"])
    let workspace = try await read(Self.models, ["variants/x.yaml": "model: big\n"])
    #expect(workspace.variants.map(\.name) == ["x"])
    let broken = try await read(Self.models, ["variants/x.yaml": "model: bigg\n"])
    #expect(broken.variants.isEmpty && broken.brokenVariants == ["x"])
  }

  @Test func aNameTwiceIsAnErrorAtBothPlaces() async throws {
    let workspace = try await read(Self.listed, ["variants/a.yaml": "model: big\n"])
    let told = errors(workspace)
    #expect(told.count == 2)
    #expect(told.contains { $0.hasPrefix("assay.yaml:5: ") && $0.contains("variants/a.yaml") })
    #expect(told.contains { $0.hasPrefix("variants/a.yaml: ") && $0.contains("assay.yaml:5") })
    let variant = try #require(workspace.variant("a"))
    #expect(variant.model == "tiny")
    let flaws = workspace.flaws(of: variant, prompt: workspace.prompts[0], set: workspace.evalSets[0])
    #expect(flaws.count == 2, "it isn't evaluated until one of them is gone")
  }

  @Test(arguments: [
    ("model: tiny\nprompt: min\n", 2, "There is no prompt called \"min\""),
    ("model: tiny\ncommand: [sh, -c, x]\n", 2, "Unknown key \"command\""),
    ("prompt: main\nmodel: { api: command, command: [sh] }\n", 2, "the name of a model"),
    ("model: tiny\nadapter: ../../else\n", 2, "leads out of the workspace"),
    ("model: tiny\nmax_tokens: many\n", 2, "max_tokens"), ("model: tiny\nmodel: big\n", nil, "written twice"),
    ("model: tiny\nsections: [task, tusk]\n", 2, "no section titled \"tusk\""),
    ("- a\n- b\n", 1, "`model:` and `prompt:`"),
    ("model: [tiny\n", nil, ""), ("{{{{", nil, ""),
  ])
  func aFlawStandsAtItsLineAndStopsOnlyItsVariant(text: String, line: Int?, words: String) async throws {
    let workspace = try await read(Self.listed, ["variants/x.yaml": text])
    let found = workspace.problems.filter { $0.severity == .error }
    #expect(!found.isEmpty && found.allSatisfy { $0.file == "variants/x.yaml" }, "\(found)")
    let first = try #require(found.first)
    #expect(line == nil || first.line == line, "\(first)")
    #expect(words.isEmpty || first.description.contains(words), "\(first)")
    let (prompt, set) = (workspace.prompts[0], workspace.evalSets[0])
    let other = try #require(workspace.variant("a"))
    #expect(workspace.flaws(of: other, prompt: prompt, set: set).isEmpty)
    let own = workspace.variant("x") ?? Variant(name: "x", model: "tiny", prompt: "main")
    #expect(!workspace.flaws(of: own, prompt: prompt, set: set).isEmpty)
    #expect(workspace.variant("x") != nil || workspace.brokenVariants == ["x"])
  }

  @Test func namesThatCannotBeAndOtherEndingsAreTold() async throws {
    let workspace = try await read(Self.listed, ["variants/my variant.yaml": "model: big\n", "variants/y.yml": ""])
    #expect(workspace.variants.map(\.name) == ["a"])
    let told = workspace.problems.filter { $0.file.hasPrefix("variants/") }.map(\.description)
    #expect(
      told.count == 2 && told.contains { $0.contains("Rename the file") } && told.contains { $0.contains(".yaml") })
    let a = try #require(workspace.variant("a"))
    #expect(workspace.flaws(of: a, prompt: workspace.prompts[0], set: workspace.evalSets[0]).isEmpty)
  }

  @Test func aLinkOutOfTheWorkspaceIsNotFollowed() async throws {
    try await withFolder(["assay.yaml": Self.listed, "prompts/main/10-task.md": "Sort.\n"]) { folder in
      try await withFolder(["x.yaml": "model: big\n"]) { other in
        try FileManager.default.createDirectory(atPath: folder.path + "/variants", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
          atPath: folder.path + "/variants/x.yaml", withDestinationPath: other.path + "/x.yaml")
        let workspace = try await folder.files.read()
        #expect(workspace.variants.map(\.name) == ["a"] && workspace.brokenVariants == ["x"])
        #expect(errors(workspace).contains { $0.contains("symbolic link") })
      }
    }
  }

  @Test func aFilesAdapterOutsideIsAskedFor() async throws {
    let workspace = try await read(Self.listed, ["variants/x.yaml": "model: tiny\nadapter: /elsewhere/adapter\n"])
    #expect(workspace.permissions.contains { "\($0)".contains("/elsewhere/adapter") })
  }

  @Test func aNewVariantIsAFileAndIsReadBack() async throws {
    try await withFolder(["assay.yaml": Self.listed, "prompts/main/10-task.md": "Sort.\n"]) { folder in
      try await folder.files.add(Self.new)
      #expect(try folder.text("assay.yaml") == Self.listed)
      #expect(
        try folder.text("variants/tuned-3.yaml")
          == "model: tiny\nprompt: main\nadapter: .assay/jobs/3/best\ntemperature: 0\nmax_tokens: 64\n")
      #expect(try await folder.files.read().variants.last == Self.new)
      for taken in ["a", "tuned-3"] {
        await #expect(throws: Problem.self) {
          try await folder.files.add(Variant(name: taken, model: "big", prompt: "main"))
        }
      }
      for name in ["", "../x", ".x", "a/b", "é", String(repeating: "x", count: 65)] {
        await #expect(throws: Problem.self) {
          try await folder.files.add(Variant(name: name, model: "big", prompt: "main"))
        }
      }
      #expect(try await folder.files.read().variants.map(\.name) == ["a", "tuned-3"])
    }
  }

  @Test func whatWasImpliedIsWrittenToo() async throws {
    try await withFolder(["assay.yaml": Self.models, "prompts/main/10-task.md": "Sort.\n"]) { folder in
      try await folder.files.add(Self.new)
      #expect(try await folder.files.read().variants.map(\.name) == ["big", "tiny", "tuned-3"])
      #expect(try folder.text("variants/tiny.yaml") == "model: tiny\nprompt: main\n")
    }
  }

  @Test(arguments: [
    "plain", "with space", "1e5", "yes", "-dash", "é", "a: b", "a # b", "\"quoted\"", "*star", "@at", ".nan",
    "new\nline", "no", "~", "",
  ])
  func anyTextIsReadBackAsItWas(text: String) async throws {
    var variant = Self.new
    variant.adapter = "folder/" + text
    variant.sections = ["task"]
    variant.sampling.stop = [text, "}"]
    try await withFolder(["assay.yaml": Self.listed, "prompts/main/10-task.md": "Sort.\n"]) { folder in
      try await folder.files.add(variant)
      #expect(try await folder.files.read().variants.last == variant)
    }
  }

  @Test func aFileWrittenByAnybodyIsSeen() async throws {
    try await withFolder(["assay.yaml": Self.listed, "prompts/main/10-task.md": "Sort.\n"]) { folder in
      let files = folder.files
      var changes = files.changes().makeAsyncIterator()
      try folder.write("model: big\n", "variants/x.yaml")
      _ = await changes.next()
      // The first change may be the folder's.
      while try await files.read().variant("x") == nil { _ = await changes.next() }
    }
  }
}
