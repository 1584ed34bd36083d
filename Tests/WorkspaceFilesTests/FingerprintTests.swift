import Content
import Domain
import Foundation
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

@Suite(.timeLimit(.minutes(1)))
struct FingerprintTests {
  private func age(_ folder: TestFolder, _ name: String, by seconds: Double = 100) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: folder.path + "/" + name)
  }

  @Test func filesAndFoldersHaveOne() async throws {
    try await withFolder(["a.txt": "abc", "data/x": "1", "data/sub/y": "2", "data/.hidden": "3"]) { folder in
      let files = folder.files
      #expect(await files.fingerprint(of: "a.txt")?.hex == SHA256.hex("abc"))
      #expect(await files.fingerprint(of: folder.path + "/a.txt")?.hex == SHA256.hex("abc"))
      #expect(await files.fingerprint(of: "nothing") == nil)
      #expect(await files.fingerprint(of: "../a.txt") == nil)
      #expect(await files.fingerprint(of: "org/name") == nil)
      let before = try #require(await files.fingerprint(of: "data"))
      try folder.write("other", "data/.hidden")
      #expect(await files.fingerprint(of: "data") == before)
      try FileManager.default.moveItem(atPath: folder.path + "/data/sub/y", toPath: folder.path + "/data/y")
      #expect(await files.fingerprint(of: "data") != before)
    }
  }

  @Test func ofAModelOnlyWhatDecidesAnswersCounts() async throws {
    try await withFolder([
      "m/config.json": "{}", "m/model.safetensors": "weights", "m/tokenizer.json": "{}", "m/merges.txt": "a b",
    ]) { folder in
      let files = folder.files
      let before = try #require(await files.fingerprint(of: "m"))
      for name in ["m/README.md", "m/train.log", "m/notes/x.json"] { try folder.write("new", name) }
      #expect(await files.fingerprint(of: "m") == before)
      for name in ["m/model.safetensors", "m/chat_template.jinja", "m/merges.txt", "m/config.json"] {
        let last = await files.fingerprint(of: "m")
        try folder.write("new", name)
        #expect(await files.fingerprint(of: "m") != last)
      }
    }
  }

  @Test func itIsRememberedBetweenProcessesAndFollowsChanges() async throws {
    try await withFolder(["a.bin": "one", ".assay/.gitignore": "*"]) { folder in
      try age(folder, "a.bin")
      let hash = try #require(await folder.files.fingerprint(of: "a.bin")).hex
      let remembered = try folder.text(".assay/fingerprints.json")
      #expect(remembered.contains("\"a.bin\"") && remembered.contains(hash))
      // The remembered value is what is used.
      try folder.write(
        remembered.replacingOccurrences(of: hash, with: "feed"), ".assay/fingerprints.json")
      #expect(await folder.files.fingerprint(of: "a.bin")?.hex == "feed")
      try folder.write("two", "a.bin")
      #expect(await folder.files.fingerprint(of: "a.bin")?.hex == SHA256.hex("two"))
      try folder.write("nonsense", ".assay/fingerprints.json")
      #expect(await folder.files.fingerprint(of: "a.bin")?.hex == SHA256.hex("two"))
    }
  }

  @Test func aFileJustWrittenIsReadAgain() async throws {
    try await withFolder(["a.bin": "one"]) { folder in
      let files = folder.files
      for text in ["two", "owt", "six"] {
        let handle = try #require(FileHandle(forWritingAtPath: folder.path + "/a.bin"))
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
        #expect(await files.fingerprint(of: "a.bin")?.hex == SHA256.hex(text))
      }
    }
  }

  @Test func changesAreTold() async throws {
    try await withFolder(["prompts/main/10-a.md": "x", "evals/main.jsonl": ""]) { folder in
      var changes = folder.files.changes().makeAsyncIterator()
      try folder.write("y", "prompts/main/10-a.md")
      await changes.next()
      try folder.write("name: x", "assay.yaml")
      await changes.next()
    }
  }
}
