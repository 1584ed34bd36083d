import Content
import Foundation
import Testing

extension EndToEnd {
  /// `assay data check`, and `assay train` on rows that should not be learnt.
  @Suite struct DataCommandTests {
    /// A workspace with 60 rows, one of which an eval case asks and one of which holds a key.
    private func workspace(in folder: String) throws {
      _ = try MockWorkspace(in: folder, port: 9, cases: 10)
      var lines = ""
      for number in 1...60 {
        let prompt = number == 7 ? "NUMBER 3" : number == 9 ? "my key AKIAIOSFODNN7EXAMPLE" : "row \(number * 7919)"
        lines += #"{"prompt": "\#(prompt)", "completion": "{\"label\": \"a\"}"}"# + "\n"
      }
      try FileManager.default.createDirectory(atPath: folder + "/train", withIntermediateDirectories: true)
      try Data(lines.utf8).write(to: URL(fileURLWithPath: folder + "/train/rows.jsonl"))
    }

    @Test func badRowsAreNamedAndFailTheCommand() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder)
        let table = try await assay("data", "check", "train/rows.jsonl", "--workspace", folder)
        #expect(table.status == 1, "\(table)")
        #expect(table.output.hasPrefix("check"))
        #expect(table.output.contains("rows with the input of an eval case: 1; line 7; case main/"))
        #expect(table.output.contains("keys and passwords: 1 (AKIA… (20 characters)); line 9"))
        #expect(!table.output.contains("AKIAIOSFODNN7EXAMPLE"))
        let json = try await assay(
          "data", "check", "train/rows.jsonl", "--set", "main", "--workspace", folder, "--json")
        #expect(json.status == 1)
        #expect(try json.json()["checks"]?.array?.count == 8)
        let gone = try await assay("data", "check", "train/none.jsonl", "--workspace", folder)
        #expect(gone.status == 2 && gone.errors.contains("The file doesn't exist."))
      }
    }

    @Test func trainingAsksForReasons() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder)
        let arguments = ["train", "--data", "train/rows.jsonl", "--base", "tiny", "--workspace", folder]
        let stopped = await (try Program(Place.assay, arguments)).ended()
        #expect(stopped.status == 2, "\(stopped)")
        #expect(stopped.errors.contains("--allow-leaks --accept personal=REASON"))
        for (words, part) in [("leaks", "a check and a reason"), ("personnal=x", "Did you mean \"personal\"?")] {
          let wrong = await (try Program(Place.assay, arguments + ["--accept", words])).ended()
          #expect(wrong.status == 2 && wrong.errors.contains(part), "\(wrong)")
        }
      }
    }
  }
}
